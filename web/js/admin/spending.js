// What a member may spend: credits, premium models and a cap of the month.

import { read, send } from "../core/api.js";
import { h } from "../core/dom.js";
import { whileBusy } from "../core/form.js";
import { askFor, reasonField } from "./confirmation.js";
import { limitField, numberOrNull } from "./limit-field.js";

/**
 * @param {string} id
 * @param {string} name
 * @param {(text: string) => Promise<void>} done says what was done and shows the member again
 */
export function spendingActions(id, name, done) {
  return h("div", { class: "row" },
    button("Credits…", () => askForCredits(id, name, done)),
    button("Premium models…", () => askFor({
      title: `Premium models for ${name}`, confirm: "Change", tone: "primary", text: "A grant counts beside the feature flag premium_models.",
      fields: [
        h("div", { class: "field" }, h("label", { for: "premium" }, "Premium models"),
          h("select", { class: "input", id: "premium", name: "granted" }, h("option", { value: "true" }, "Grant them"), h("option", { value: "" }, "Take the grant back"))),
        reasonField("Reason for the audit log", "Enter a reason."),
      ],
      run: async ({ granted, reason }) => {
        await send("POST", `/api/admin/users/${id}/premium`, { granted: Boolean(granted), reason });
        await done(granted ? `${name} may run premium models.` : `The grant of ${name} is taken back.`);
      },
    })),
    button("Monthly cap…", async () => {
      const caps = /** @type {import("../api.js").CapList} */ (await read("/api/admin/caps"));
      const own = caps.members.find(({ userId }) => userId === id);
      askFor({
        title: `Cap what ${name} spends in a month`, confirm: "Change", tone: "primary",
        text: "Empty both to let the cap of all members count. What the member has spent this month counts.",
        fields: capFields(own?.monthlyCredits ?? null, own?.monthlySeconds ?? null),
        run: async (values) => {
          await send("PATCH", "/api/admin/caps", { userId: id, ...capOf(values) });
          await done(`The cap of ${name} is changed.`);
        },
      });
    }));
}

/**
 * @param {string} id
 * @param {string} name
 * @param {(text: string) => Promise<void>} done
 */
function askForCredits(id, name, done) {
  // The same for every attempt, so that one whose answer was lost grants nothing twice.
  const key = crypto.randomUUID();
  askFor({
    title: `Grant ${name} credits`, confirm: "Grant", tone: "primary", text: "A negative number takes granted credits back. The member reads the reason.",
    fields: [
      limitField("amount", "Credits", null, { hint: "From −1,000,000 to 1,000,000.", wants: "Enter a whole number other than 0.", rules: { type: "number", min: -1000000, max: 1000000, required: true } }),
      reasonField("Reason that the member will read", "Enter a reason."),
    ],
    run: async ({ amount, reason }) => {
      const { balance } = /** @type {import("../api.js").GrantedCredits} */ (await send("POST", `/api/admin/users/${id}/credits`, { amount: Number(amount), reason }, { "Idempotency-Key": key }));
      await done(`${name} has ${balance} credits.`);
    },
  });
}

/**
 * @param {number | null} credits
 * @param {number | null} seconds
 */
export function capFields(credits, seconds) {
  const rules = { type: "number", min: 0 };
  return [
    limitField("monthlyCredits", "Credits a month", credits, { hint: "Empty for no cap.", wants: "Enter a whole number.", rules: { ...rules, max: 2000000000 } }),
    limitField("monthlySeconds", "Seconds a month", seconds, { hint: "Empty for no cap.", wants: "Enter a whole number.", rules: { ...rules, max: 2000000 } }),
  ];
}

/** @param {Record<string, string>} values */
export function capOf({ monthlyCredits, monthlySeconds }) {
  return { monthlyCredits: numberOrNull(monthlyCredits), monthlySeconds: numberOrNull(monthlySeconds) };
}

/**
 * @param {string} label
 * @param {() => unknown} run
 */
function button(label, run) {
  const made = h("button", { class: "btn btn--sm", type: "button" }, label);
  made.addEventListener("click", () => void whileBusy(made, async () => void (await run())));
  return made;
}
