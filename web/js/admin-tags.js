// The tags of comparisons: add, rename, merge and delete.

import "./site.js";
import { askFor } from "./admin/confirmation.js";
import { prepareChanges, read, send } from "./core/api.js";
import { h, icon, maybe, one, refill, setText } from "./core/dom.js";
import { faultText } from "./core/form.js";
import { count, counted } from "./core/format.js";
import { toast } from "./core/toast.js";

/**
 * @typedef {import("./api.js").AdminTag} Tag
 * @typedef {import("./api.js").AdminTagList} List
 * @typedef {import("./api.js").ChangeTagInput} Change
 */

const table = one("[data-table]", HTMLElement);
const rows = one("[data-rows]", HTMLElement);
const none = one("[data-none]", HTMLElement);

/** @param {List} list */
function show({ tags }) {
  setText(maybe("[data-summary]"), `${counted(tags.length, "tag", "tags")}.`);
  table.hidden = tags.length === 0;
  none.hidden = tags.length > 0;
  rows.replaceChildren(...tags.map((tag) => row(tag, tags)));
  if (tags.length === 0) refill(none, h("div", { class: "empty" }, icon("check", "lg"), h("h2", {}, "No tags yet"), h("p", {}, "Tags are made here, or with a comparison.")));
}

/**
 * @param {Tag} tag
 * @param {Tag[]} tags
 */
function row(tag, tags) {
  /**
   * @param {string} text
   * @param {() => void} run
   */
  const button = (text, run) => {
    const made = h("button", { class: "btn btn--sm", type: "button", "aria-label": `${text.replace("…", "")} ${tag.name}` }, text);
    made.addEventListener("click", run);
    return made;
  };
  return h("tr", { "data-tag": tag.slug },
    h("td", {}, tag.comparisons > 0 ? h("a", { class: "link", href: `/tags/${tag.slug}` }, tag.name) : tag.name),
    h("td", { class: "r num", "data-label": "Public comparisons" }, count(tag.comparisons)),
    h("td", { class: "r num", "data-label": "All comparisons" }, count(tag.allComparisons)),
    h("td", { class: "r" }, h("div", { class: "row row--tight" }, button("Rename…", () => rename(tag)), tags.length > 1 && button("Merge…", () => merge(tag, tags)), button("Delete…", () => remove(tag)))));
}

/**
 * @param {string} value
 * @param {string} label
 */
function nameField(value, label) {
  return h("div", { class: "field" }, h("label", { for: "name" }, label),
    h("input", { class: "input", id: "name", name: "name", required: true, maxlength: 40, value, autocomplete: "off", "data-wants": "Write a name.", "aria-describedby": "name-fault" }),
    h("p", { class: "hint hint--bad", id: "name-fault", role: "alert", hidden: true }));
}

/** @param {Tag} tag */
function rename(tag) {
  askFor({
    title: "Rename the tag", text: "The address of its page changes with it.", confirm: "Rename the tag", tone: "primary", fields: [nameField(tag.name, "Name")],
    run: (values) => change({ id: tag.id, name: values.name ?? "" }, "The tag has another name"),
  });
}

/**
 * @param {Tag} tag
 * @param {Tag[]} tags
 */
function merge(tag, tags) {
  askFor({
    title: `Merge “${tag.name}”`, text: `Its ${counted(tag.allComparisons, "comparison", "comparisons")} get the other tag, and it is deleted. This cannot be undone.`,
    confirm: "Merge the tags", tone: "danger-solid",
    fields: [h("div", { class: "field" }, h("label", { for: "into" }, "Into"),
      h("select", { class: "input", id: "into", name: "into", "aria-describedby": "into-fault" }, ...tags.filter(({ id }) => id !== tag.id).map(({ id, name }) => h("option", { value: id }, name))),
      h("p", { class: "hint hint--bad", id: "into-fault", role: "alert", hidden: true }))],
    run: (values) => change({ id: tag.id, into: values.into ?? "" }, "The tags are one"),
  });
}

/** @param {Tag} tag */
function remove(tag) {
  askFor({
    title: `Delete “${tag.name}”`, text: `${counted(tag.allComparisons, "comparison loses", "comparisons lose")} the tag and stay. This cannot be undone.`,
    confirm: "Delete the tag", tone: "danger-solid", fields: [],
    run: async () => {
      show(await send("DELETE", "/api/admin/tags", { id: tag.id }));
      toast("The tag is deleted");
    },
  });
}

/**
 * @param {Change} input
 * @param {string} done
 */
async function change(input, done) {
  show(await send("PATCH", "/api/admin/tags", input));
  toast(done);
}

one("[data-add-tag]", HTMLButtonElement).addEventListener("click", () => askFor({
  title: "Add a tag", text: "", confirm: "Add the tag", tone: "primary", fields: [nameField("", "Name")],
  run: async (values) => {
    show(await send("POST", "/api/admin/tags", { name: values.name ?? "" }));
    toast("The tag is added");
  },
}));

async function load() {
  try {
    show(await read("/api/admin/tags"));
  } catch (error) {
    const again = h("button", { class: "btn", type: "button" }, "Try again");
    again.addEventListener("click", () => void load());
    none.hidden = false;
    refill(none, h("div", { class: "empty" }, icon("warn", "lg"), h("h2", {}, "The tags did not load"), h("p", {}, faultText(error)), again));
  }
}

void load();
prepareChanges();
