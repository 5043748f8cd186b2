import type { Clock } from '../clock.ts';
import { sleep } from '../clock.ts';
import { Outbox, type OutboxParts } from './outbox.ts';
import type { FolderChanges, Notifier, ServerStatus } from './notifier.ts';

/** For what waits at the end to be told (ms). */
const LAST_TRY_MS = 5_000;

/** A server, and how it sees the paths of this machine. */
export type Recipient = Pick<OutboxParts, 'server' | 'toServerPath'>;

/** Tells every server by an outbox of its own: one that is away holds up no other. */
export class ServerNotifier implements Notifier {
  readonly #outboxes: readonly Outbox[];
  readonly #clock: Clock;

  constructor(recipients: readonly Recipient[], parts: Omit<OutboxParts, keyof Recipient>) {
    this.#outboxes = recipients.map((recipient) => new Outbox({ ...parts, ...recipient }));
    this.#clock = parts.clock;
  }

  changed({ paths }: FolderChanges): void {
    for (const outbox of this.#outboxes) outbox.add(paths);
  }

  /** One entry for each server that is set. */
  status(): ServerStatus[] {
    return this.#outboxes.map((outbox) => outbox.status());
  }

  async flush(signal?: AbortSignal): Promise<void> {
    await untilAborted(Promise.all(this.#outboxes.map((outbox) => outbox.flush())), signal);
  }

  async close(): Promise<void> {
    const giveUp = new AbortController();
    const flushed = this.flush().finally(() => giveUp.abort());
    await Promise.race([flushed, sleep(this.#clock, LAST_TRY_MS, giveUp.signal).catch(() => undefined)]);
    for (const outbox of this.#outboxes) outbox.close();
    await flushed;
  }
}

async function untilAborted(done: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) {
    await done;
    return;
  }
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () =>
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([done, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
