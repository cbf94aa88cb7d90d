// The workers on machines with a graphics card: their tokens are made here, shown once, and revoked.

import { copyText } from "../core/copy.js";
import { read, send } from "../core/api.js";
import { announce, h } from "../core/dom.js";
import { faultText } from "../core/form.js";
import { count, counted } from "../core/format.js";
import { toast } from "../core/toast.js";
import { askFor } from "./confirmation.js";
import { moment } from "./times.js";

/** @typedef {import("../api.js").ListedWorker} Worker */

/** @param {string} token */
function tokenNote(token) {
  const code = h("code", { "data-token": true }, token);
  const button = h("button", { class: "btn", type: "button" }, "Copy");
  button.addEventListener("click", () => void copyText(code, "token"));
  return h("div", { class: "note note--good", role: "note" }, h("div", { class: "stack" },
    h("p", {}, h("strong", {}, "This is the token of the worker. "), "Copy it now into /etc/dailies-worker/token on its machine; it is not shown again."),
    h("p", { class: "quote" }, code), button));
}

/** @param {Worker} worker */
function words({ lastSeenAt, models, device, version, step, steps, done, failed }) {
  const about = [device, models.join(", "), version && `version ${version}`].filter(Boolean).join(" · ");
  return [
    h("p", { class: "quiet" }, lastSeenAt ? "Seen " : "Never seen", lastSeenAt && moment(lastSeenAt), about && ` · ${about}`),
    h("p", { class: "quiet num" }, step === null ? "No job" : `Step ${count(step)} of ${count(steps ?? 0)}`, ` · ${counted(done, "video", "videos")} in two days`, failed > 0 && `, ${count(failed)} failed`),
  ];
}

/** The list with its acts, which loads itself. `changed` is called when a worker was made or revoked. */
export function workerPanel(/** @type {() => void} */ changed) {
  const rows = h("ul", { class: "stack", "aria-label": "Workers" });
  const fresh = h("div", { role: "status" });
  const create = h("button", { class: "btn btn--primary", type: "button", "data-new-worker": true }, "New worker…");
  const place = h("div", { class: "stack", "data-workers": true }, h("h3", {}, "Workers"), fresh, rows, h("div", { class: "row" }, create));

  async function load() {
    try {
      const { workers } = /** @type {import("../api.js").WorkerList} */ (await read("/api/admin/workers"));
      rows.replaceChildren(...workers.map(row));
      if (workers.length === 0) rows.append(h("li", { class: "quiet" }, "None yet. docs/gpu-worker.md says how to set one up."));
    } catch (error) {
      rows.replaceChildren(h("li", { class: "hint hint--bad" }, faultText(error)));
    }
  }

  /** @param {Worker} worker */
  function row(worker) {
    const revoke = h("button", { class: "btn btn--danger", type: "button", "data-revoke": worker.id, "aria-label": `Revoke ${worker.name}` }, "Revoke…");
    revoke.addEventListener("click", () => askFor({
      title: `Revoke ${worker.name}`, text: "Its token is good for nothing from now on. What it is making goes to another worker.",
      confirm: "Revoke", tone: "danger-solid", fields: [],
      run: async () => {
        await send("DELETE", `/api/admin/workers/${worker.id}`);
        await tell(`${worker.name} is revoked.`);
      },
    }));
    return h("li", { class: "row row--apart", "data-worker": worker.name }, h("div", {}, h("b", {}, worker.name), ...words(worker)), revoke);
  }

  /** @param {string} text */
  async function tell(text) {
    announce(text);
    toast(text);
    await load();
    changed();
  }

  create.addEventListener("click", () => askFor({
    title: "New worker", text: "A worker is a machine with a graphics card. It proves itself by a token, which is shown once.",
    confirm: "Make the token", tone: "primary",
    fields: [h("div", { class: "field" }, h("label", { for: "worker-name" }, "Name"),
      h("input", { class: "input", id: "worker-name", name: "name", required: true, maxlength: 60, autocomplete: "off", "data-wants": "Give the worker a name.", "aria-describedby": "name-fault" }),
      h("p", { class: "hint hint--bad", id: "name-fault", role: "alert", hidden: true }))],
    run: async (values) => {
      const made = /** @type {import("../api.js").NewWorker} */ (await send("POST", "/api/admin/workers", { name: values.name?.trim() ?? "" }));
      fresh.replaceChildren(tokenNote(made.token));
      await tell(`The token of ${made.name} is made.`);
    },
  }));
  void load();
  return place;
}
