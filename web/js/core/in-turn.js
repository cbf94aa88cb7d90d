// One reading at a time: of two answers that overlap, the older one may come last and stay.

/**
 * Does the work whenever it is called, never twice at once: calls that come meanwhile lead to one more time after it.
 * @param {() => Promise<void>} work
 * @returns {() => Promise<void>} done when the work was done after the call
 */
export function inTurn(work) {
  let isWanted = false;
  /** @type {Promise<void> | null} */
  let running = null;
  const run = async () => {
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      running = null;
    }
  };
  return () => {
    isWanted = true;
    return (running ??= run());
  };
}
