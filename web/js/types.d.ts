// What this version of the compiler's library does not know yet.
interface HTMLElement {
  showPopover(): void;
  hidePopover(): void;
}

interface Window {
  /** What `first.js` has asked for, by path. */
  dailiesAhead?: Map<string, { response: Promise<Response>, sentAt: number }>;
}

interface ToggleEvent extends Event {
  readonly newState: "open" | "closed";
}
