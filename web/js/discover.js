// Every take: a change of status or order searches at once, and further pages join the list.

import "./site.js";
import { all, maybe } from "./core/dom.js";
import { startMore } from "./core/more-takes.js";
import { sharpen } from "./core/sharpen.js";

const form = maybe("[data-search]");
if (form instanceof HTMLFormElement) {
  for (const choice of all("select", form)) choice.addEventListener("change", () => form.requestSubmit());
  // Fields that say nothing are left out of the address, which so stays the one that caches know.
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "" || (name === "sort" && value === "newest")) formData.delete(name);
  });
}

startMore();
sharpen();
