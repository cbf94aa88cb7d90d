// The API reference: search, copying, links into closed operations, and sending a request as oneself.

import "./site.js";
import { read, Refusal, send } from "./core/api.js";
import { all, announce, h, maybe, one } from "./core/dom.js";
import { whileBusy } from "./core/form.js";
import { counted } from "./core/format.js";
import { toast } from "./core/toast.js";

const search = one("[data-search]", HTMLInputElement);
const operations = /** @type {HTMLDetailsElement[]} */ (all("[data-op]"));
/** @type {Map<Element, string>} */
const texts = new Map(operations.map((operation) => [operation, (operation.textContent ?? "").toLowerCase()]));

/** Shows the operations that hold every word. */
function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const operation of operations) {
    operation.hidden = !words.every((word) => texts.get(operation)?.includes(word));
    if (!operation.hidden) found += 1;
  }
  for (const group of all("[data-group]")) {
    const isEmpty = words.length > 0 && !group.querySelector("[data-op]:not([hidden])");
    group.hidden = isEmpty;
    const link = maybe(`[data-group-link][href="#${CSS.escape(group.getAttribute("aria-labelledby") ?? "")}"]`);
    if (link) link.hidden = isEmpty;
  }
  one("[data-guide]", HTMLElement).hidden = words.length > 0;
  one("[data-none]", HTMLElement).hidden = found > 0;
  if (words.length > 0 && found > 0) announce(counted(found, "operation", "operations"));
}

search.addEventListener("input", filter);

/** A link to an operation opens it; a link to anything that the search hides ends the search. */
function follow() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.getClientRects().length === 0) {
    search.value = "";
    filter();
  }
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
}

addEventListener("hashchange", follow);
follow();

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy]") : null;
  const text = button?.parentElement?.querySelector("code")?.textContent;
  if (!text) return;
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("Your browser did not allow copying.", { tone: "bad" });
  }
});

/**
 * The form that sends a request with the reader's session.
 * @param {HTMLDetailsElement} operation
 */
function sender(operation) {
  const method = operation.dataset.method ?? "GET";
  const id = `send-${operation.id}`;
  const address = h("input", { class: "input", id, value: operation.dataset.address ?? "", spellcheck: "false", autocomplete: "off", required: true });
  const sample = maybe("[data-sample]", operation)?.textContent ?? null;
  // What removes something is typed by hand, so that one press cannot remove it.
  const body = sample === null ? null : h("textarea", { class: "input", id: `${id}-body`, rows: "6", spellcheck: "false" }, method === "DELETE" ? "" : sample);
  const button = h("button", { class: "btn", type: "submit" }, "Send request");
  const status = h("p", { role: "status" });
  const output = h("pre", { hidden: true }, h("code", {}));
  const form = h("form", { class: "stack stack--tight", "data-send": true },
    h("h4", {}, "Send it as yourself"),
    method === "GET" ? null : h("p", { class: "quiet" }, "This changes real data."),
    h("div", { class: "field" }, h("label", { for: id }, "Address"), address),
    body && h("div", { class: "field" }, h("label", { for: body.id }, "Body"), body),
    h("div", { class: "row" }, button), status, output);
  /**
   * @param {string} text
   * @param {unknown} value
   */
  const show = (text, value) => {
    status.textContent = text;
    output.hidden = value === undefined;
    one("code", HTMLElement, output).textContent = JSON.stringify(value, null, 2) ?? "";
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void whileBusy(button, async () => {
      // Only this site's API is called, even if another address was typed.
      if (!/^\/api\/(?!\/)/.test(address.value)) return show("The address must begin with /api/.", undefined);
      let value;
      try {
        value = body?.value.trim() ? JSON.parse(body.value) : undefined;
      } catch {
        return show("The body is not valid JSON.", undefined);
      }
      try {
        const answer = await (method === "GET" ? read(address.value) : send(/** @type {"POST"} */ (method), address.value, value));
        show("The request succeeded.", answer);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        show(error.isOffline ? "There is no connection." : `The answer has the status ${error.status}.`, error.isOffline ? undefined : error.body);
      }
    });
  });
  return form;
}

for (const operation of operations) {
  if (!("callable" in operation.dataset)) continue;
  operation.addEventListener("toggle", () => {
    if (operation.open && !maybe("[data-send]", operation)) maybe(".op__body", operation)?.append(sender(operation));
  });
}
