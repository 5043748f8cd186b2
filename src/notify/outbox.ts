import type { Logger } from 'pino';
import type { Clock, Random } from '../clock.ts';
import { Debounce } from '../debounce.ts';
import { asBridgeError, type BridgeError } from '../errors.ts';
import type { MediaServer } from './media-server.ts';
import type { PathChange, ServerStatus } from './notifier.ts';
import { PendingChanges } from './pending-changes.ts';

export interface OutboxParts {
  readonly server: MediaServer;
  /** The path by which the server sees one of this machine. */
  readonly toServerPath: (path: string) => string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** Without a further change for so long (ms), the server is told. */
  readonly delayMs: number;
}

/** Paths that wait for one server; more are told by the folders above them. */
const MOST_PATHS = 2000;
/** However steadily changes come, the first of them waits no longer than so many delays. */
const MOST_DELAYS = 6;
/** Pause before the second try (ms), twice as long before each further one, up to the longest. */
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** What one server is to be told: gathered, told in one go, and tried again for as long as the server is away. */
export class Outbox {
  readonly #parts: OutboxParts;
  readonly #pending = new PendingChanges(MOST_PATHS);
  readonly #closing = new AbortController();
  readonly #next: Debounce;
  #sending: Promise<void> | null = null;
  #failures = 0;
  #lastSuccessAt: number | null = null;
  #lastError: ServerStatus['lastError'] = null;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    const patience = { quietMs: parts.delayMs, longestMs: MOST_DELAYS * parts.delayMs };
    this.#next = new Debounce(parts.clock, patience, () => void this.#send());
  }

  add(changes: readonly PathChange[]): void {
    if (changes.length === 0 || this.#closing.signal.aborted) return;
    this.#pending.add(changes);
    if (this.#failures === 0 && this.#sending === null) this.#next.note();
  }

  status(): ServerStatus {
    return {
      server: this.#parts.server.name,
      lastSuccessAt: this.#lastSuccessAt,
      lastError: this.#lastError,
      queued: this.#pending.size,
      nextTryAt: this.#next.dueAt,
    };
  }

  /** Tells at once what waits: one try, after the one that is under way. */
  async flush(): Promise<void> {
    await this.#sending;
    if (this.#pending.size > 0) await this.#send();
  }

  /** Gives up what waits. */
  close(): void {
    this.#next.cancel();
    this.#closing.abort();
  }

  #send(): Promise<void> {
    this.#next.cancel();
    this.#sending ??= this.#deliver().finally(() => {
      this.#sending = null;
      if (this.#pending.size === 0 || this.#closing.signal.aborted) return;
      if (this.#failures === 0) this.#next.note();
      else this.#next.postpone(this.#pauseMs());
    });
    return this.#sending;
  }

  async #deliver(): Promise<void> {
    const { server, toServerPath, clock, logger } = this.#parts;
    const changes = this.#pending.take();
    try {
      const seen = changes.map(({ path, kind }) => ({ path: toServerPath(path), kind }));
      await server.tell(seen, this.#closing.signal);
      this.#failures = 0;
      this.#lastSuccessAt = clock.now();
      this.#lastError = null;
      logger.info({ server: server.name, paths: changes.length }, 'told what changed');
    } catch (thrown) {
      this.#failed(asBridgeError(thrown), changes);
    }
  }

  #failed(error: BridgeError, changes: readonly PathChange[]): void {
    const { server, clock, logger } = this.#parts;
    if (this.#closing.signal.aborted) return;
    this.#lastError = { at: clock.now(), message: error.message, hint: error.hint };
    this.#failures = error.retryable ? this.#failures + 1 : 0;
    if (error.retryable) this.#pending.restore(changes);
    const { message, hint } = error;
    logger.warn(
      { server: server.name, paths: changes.length, problem: message, hint },
      error.retryable ? 'could not tell what changed; it will be tried again' : 'could not tell what changed',
    );
  }

  /** Twice as long after each failure in a row, with jitter of half. */
  #pauseMs(): number {
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    return Math.round(pause * (0.5 + this.#parts.random() / 2));
  }
}
