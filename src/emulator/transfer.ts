import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import { sleep } from '../clock.ts';

/** What happens in the course of a body. */
export type Incident =
  | { readonly kind: 'reset' }
  /** Closes the connection in order, though bytes are missing. */
  | { readonly kind: 'close' }
  | { readonly kind: 'stall'; readonly forMs: number | null }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

export interface TransferPlan {
  readonly chunks: Iterable<Buffer> | AsyncIterable<Buffer>;
  /** Bytes sent before `incident`. */
  readonly bytesBefore: number;
  readonly incident: Incident | null;
  /** From the first byte; null: as fast as the client reads. */
  readonly bytesPerSecond: number | null;
  readonly onSent: (bytes: number) => void;
}

/** A slow transfer sends this many pieces a second, or one byte at a time. */
const PIECES_PER_SECOND = 10;

/** Sends a body at the pace its client reads, ends the answer, and stops at once when the client leaves. */
export class Transfer {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  readonly #plan: TransferPlan;
  readonly #gone: AbortController;
  #sent = 0;
  /** Resolves when the last write has gone to the network. */
  #flushed: Promise<void> = Promise.resolve();
  #bytesPerSecond: number | null;

  constructor(response: ServerResponse, clock: Clock, plan: TransferPlan) {
    this.#response = response;
    this.#clock = clock;
    this.#plan = plan;
    this.#bytesPerSecond = plan.bytesPerSecond;
    this.#gone = new AbortController();
    response.once('close', () => this.#gone.abort());
  }

  async run(): Promise<void> {
    try {
      await this.#sendAll();
    } catch (error) {
      if (!this.#gone.signal.aborted) throw error;
    }
  }

  async #sendAll(): Promise<void> {
    const { incident, bytesBefore, chunks } = this.#plan;
    let pending = incident;
    for await (let chunk of chunks) {
      if (pending !== null && this.#sent + chunk.length > bytesBefore) {
        const before = bytesBefore - this.#sent;
        await this.#send(chunk.subarray(0, before));
        if (await this.#happen(pending)) return;
        pending = null;
        chunk = chunk.subarray(before);
      }
      await this.#send(chunk);
      if (this.#gone.signal.aborted) return;
    }
    if (pending !== null && (await this.#happen(pending))) return;
    this.#response.end();
  }

  /** Whether the transfer is over with it. */
  async #happen(incident: Incident): Promise<boolean> {
    // A reset discards what has not left yet, headers included.
    await Promise.race([this.#flushed, this.#left()]);
    switch (incident.kind) {
      case 'reset':
        await turnOfTheLoop();
        this.#response.socket?.resetAndDestroy();
        return true;
      case 'close':
        this.#response.socket?.end();
        return true;
      case 'stall':
        return this.#stall(incident.forMs);
      case 'slow':
        this.#bytesPerSecond = incident.bytesPerSecond;
        return false;
    }
  }

  async #stall(forMs: number | null): Promise<boolean> {
    this.#response.flushHeaders();
    if (forMs === null) {
      await this.#left();
      return true;
    }
    await sleep(this.#clock, forMs, this.#gone.signal);
    return false;
  }

  /** Resolves when the client has left. */
  async #left(): Promise<void> {
    if (!this.#gone.signal.aborted) await once(this.#gone.signal, 'abort');
  }

  async #send(chunk: Buffer): Promise<void> {
    if (this.#bytesPerSecond === null) {
      await this.#write(chunk);
      return;
    }
    let at = 0;
    while (at < chunk.length && !this.#gone.signal.aborted) {
      const rate: number = this.#bytesPerSecond;
      const piece = chunk.subarray(at, at + Math.max(1, Math.floor(rate / PIECES_PER_SECOND)));
      await this.#write(piece);
      await sleep(this.#clock, (piece.length / rate) * 1000, this.#gone.signal);
      at += piece.length;
    }
  }

  async #write(chunk: Buffer): Promise<void> {
    if (chunk.length === 0 || this.#gone.signal.aborted) return;
    let flushed: () => void = () => undefined;
    this.#flushed = new Promise((resolve) => (flushed = resolve));
    const roomLeft = this.#response.write(chunk, () => flushed());
    this.#sent += chunk.length;
    this.#plan.onSent(chunk.length);
    if (!roomLeft) await once(this.#response, 'drain', { signal: this.#gone.signal });
  }
}

/** Lets a reader in this process take its bytes first: libuv tells bytes and reset found at once as an orderly end. */
async function turnOfTheLoop(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
