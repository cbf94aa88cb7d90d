// The proof of being a person, asked for only when a vote was refused without it.

import { Refusal, send } from "../core/api.js";
import { h, setText } from "../core/dom.js";

/**
 * @typedef {object} Widget hCaptcha's script, as far as it is used here
 * @property {(element: HTMLElement, options: Record<string, unknown>) => unknown} render
 * @property {(id: unknown) => void} reset
 * @property {(id: unknown) => void} remove
 */

/** @type {Promise<Widget> | null} */
let loading = null;

/**
 * Loads the widget's script, once.
 * @param {string} url
 * @returns {Promise<Widget>}
 */
function load(url) {
  loading ??= new Promise((resolve, reject) => {
    const address = new URL(url);
    address.searchParams.set("render", "explicit");
    address.searchParams.set("onload", "dailiesCaptchaLoaded");
    const global = /** @type {any} */ (window);
    global.dailiesCaptchaLoaded = () => resolve(global.hcaptcha);
    const script = h("script", { src: address.href, async: true });
    script.addEventListener("error", () => {
      loading = null;
      script.remove();
      reject(new Error("The captcha's script did not load"));
    });
    document.head.append(script);
  });
  return loading;
}

const why = "Your vote is sent as soon as you have solved it. You will not be asked again for 30 minutes.";

/**
 * Shows the captcha in a dialog until it is solved or put away. True when the voter has a pass now.
 * @param {{isNeeded?: boolean, text?: string}} options whether it is needed although votes do not need it, and what it is for
 * @returns {Promise<boolean>}
 */
export async function solveCaptcha({ isNeeded = false, text = why } = {}) {
  /** @type {import("../api.js").CaptchaState} */
  const state = await send("POST", "/api/captcha/status", {});
  if (state.passed || !(state.required || isNeeded)) return true;
  const { siteKey, scriptUrl } = state;
  if (!siteKey || !scriptUrl) throw new Refusal(503, "captcha_unavailable", "This site has no captcha set up.");
  return new Promise((resolve) => new Dialog({ siteKey, scriptUrl, text }, resolve).open());
}

class Dialog {
  #place = h("div", { "data-captcha-widget": true });
  #status = h("p", { role: "status" }, "Loading …");
  #again = h("button", { class: "btn", type: "button", hidden: true }, "Try again");
  #dialog;
  #state;
  #resolve;
  #isPassed = false;
  /** @type {Widget | null} */
  #widget = null;
  /** @type {unknown} */
  #id = null;

  /**
   * @param {{siteKey: string, scriptUrl: string, text: string}} state
   * @param {(isPassed: boolean) => void} resolve
   */
  constructor(state, resolve) {
    this.#state = state;
    this.#resolve = resolve;
    const close = h("button", { class: "btn", type: "button" }, "Not now");
    this.#dialog = h("dialog", { class: "dialog", "aria-labelledby": "captcha-title", "aria-describedby": "captcha-why", "data-captcha": true },
      h("h2", { id: "captcha-title" }, "Complete the captcha"),
      h("div", { class: "stack" },
        h("p", { id: "captcha-why" }, state.text),
        this.#place, this.#status),
      h("div", { class: "dialog__foot" }, this.#again, close));
    close.addEventListener("click", () => this.#dialog.close());
    this.#again.addEventListener("click", () => void this.#show());
    // Esc closes it as well, wherever the focus is in this page.
    this.#dialog.addEventListener("close", () => this.#end());
  }

  open() {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    void this.#show();
  }

  async #show() {
    this.#again.hidden = true;
    setText(this.#status, "Loading …");
    try {
      this.#widget = await load(this.#state.scriptUrl);
      if (!this.#dialog.open) return;
      if (this.#id === null) {
        this.#id = this.#widget.render(this.#place, {
          sitekey: this.#state.siteKey,
          theme: document.documentElement.dataset.theme === "light" ? "light" : "dark",
          // On a phone the wide form does not fit into the dialog.
          size: matchMedia("(width < 24rem)").matches ? "compact" : "normal",
          callback: (/** @type {string} */ token) => void this.#verify(token),
          "expired-callback": () => setText(this.#status, "The captcha expired. Solve it again."),
          "error-callback": () => this.#fail("The captcha is not working at the moment."),
        });
      } else {
        this.#widget.reset(this.#id);
      }
      setText(this.#status, "");
    } catch {
      this.#fail("The captcha did not load. An extension or your network may be blocking hcaptcha.com.");
    }
  }

  /** @param {string} token */
  async #verify(token) {
    setText(this.#status, "Checking …");
    try {
      /** @type {import("../api.js").CaptchaState} */
      const answer = await send("POST", "/api/captcha/status", { captchaToken: token });
      this.#isPassed = answer.passed;
      this.#dialog.close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // An answer is good for one try, even if the request failed.
      this.#widget?.reset(this.#id);
      this.#fail(error.isOffline ? "You are offline. Nothing was sent." : error.message);
    }
  }

  /** @param {string} text */
  #fail(text) {
    setText(this.#status, text);
    this.#again.hidden = false;
  }

  #end() {
    if (this.#id !== null) this.#widget?.remove(this.#id);
    this.#dialog.remove();
    this.#resolve(this.#isPassed);
  }
}
