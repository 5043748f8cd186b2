/** What is received in one turn of the event loop before each connection waits for the next (bytes). */
const TURN_BYTES = 512 * 1024;

/**
 * Shares out the event loop among all connections to storage hosts. A connection that always has more would be read
 * again and again within one turn, megabytes on end, while whoever else waits for the loop waits: other viewers, and new
 * clients above all, for a server takes one of them a turn.
 */
class LoopTurn {
  #bytes = 0;
  #waiting: (() => void)[] = [];

  /** Whether as much has been received in this turn as may be. */
  get isOver(): boolean {
    return this.#bytes >= TURN_BYTES;
  }

  received(bytes: number): void {
    if (this.#bytes === 0) setImmediate(() => this.#begin());
    this.#bytes += bytes;
  }

  /** Calls `resume` when the next turn begins; for one that has received bytes in this. */
  onNext(resume: () => void): void {
    this.#waiting.push(resume);
  }

  #begin(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    for (const resume of waiting) resume();
  }
}

/** There is one event loop. */
export const loopTurn = new LoopTurn();
