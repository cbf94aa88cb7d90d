// The votes of the round: what the story or the stream says, and one's own on top until they hold them.

export class RoundVotes {
  /** @type {number | null} */
  #slot = null;
  /**
   * What the story said last; null where the season shows no counts.
   * @type {number | null}
   */
  #told = null;
  /** One's own votes that the story does not hold yet, less those taken back. */
  #own = 0;
  /** Those of them that the site has not answered. */
  #open = 0;
  /** How often the story was asked. */
  #asked = 0;
  /**
   * The slot whose votes the stream says: the story comes out of a cache and is older.
   * @type {number | null}
   */
  #streamed = null;

  get total() {
    return this.#told === null ? null : Math.max(0, this.#told + this.#own);
  }

  /**
   * A vote is cast (1) or taken back (-1), and shows at once.
   * @param {1 | -1} votes
   */
  begin(votes) {
    this.#own += votes;
    this.#open += votes;
  }

  /**
   * The site has answered.
   * @param {1 | -1} votes
   * @param {boolean} isCounted
   */
  end(votes, isCounted) {
    this.#open -= votes;
    if (!isCounted) this.#own -= votes;
  }

  /**
   * Takes what the stream says, which holds one's own votes that were answered.
   * @param {number} slot
   * @param {number} votes
   */
  stream(slot, votes) {
    this.#slot = this.#streamed = slot;
    this.#told = votes;
    this.#own = this.#open;
  }

  /**
   * Notes that the story is asked now. Answers what takes its answer, unless the story has been asked again by then:
   * two answers would each take the same votes off one's own, and the later one need not be the newer one.
   */
  ask() {
    const number = this.#asked += 1;
    const held = this.#own - this.#open;
    return (/** @type {{slot: number, votes: number | null} | null} */ round) => {
      if (number !== this.#asked) return;
      const [slot, votes] = [round?.slot ?? null, round?.votes ?? null];
      if (votes !== null && slot === this.#streamed) return;
      // The story may come out of a cache: what says the same as before was most likely said before these votes.
      if (slot !== this.#slot) this.#own = this.#open;
      else if (votes !== this.#told) this.#own -= held;
      this.#slot = slot;
      this.#told = votes;
    };
  }
}
