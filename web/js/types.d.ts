// What this version of the compiler's library does not know yet.
interface HTMLElement {
  showPopover(): void;
  hidePopover(): void;
}

interface ToggleEvent extends Event {
  readonly newState: "open" | "closed";
}
