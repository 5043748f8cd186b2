import type { Dispatcher } from 'undici';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import type { Clock } from '../clock.ts';
import { loopTurn } from './loop-turn.ts';
import type { ByteRange } from './range.ts';

export interface AnswerHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Received bytes held before the socket is paused, and those left when it is read again. */
const PAUSE_AT_BYTES = 512 * 1024;
const RESUME_AT_BYTES = 128 * 1024;

/** A host that sends less than this while it is waited for, in the time of a stall, counts as silent (bytes). */
const LEAST_BYTES_PER_STALL = 16 * 1024;

/**
 * One GET of a byte range. Handles the parser's events itself instead of through a stream: chunks are handed on as
 * they are, most without a promise, and closing takes the connection down at once.
 */
export class StorageExchange implements Dispatcher.DispatchHandler {
  readonly #clock: Clock;
  readonly #stallMs: number;
  readonly #chunks: Buffer[] = [];
  #held = 0;
  /** Time spent waiting for the host, and what came meanwhile, since the last look at its pace. */
  #waitedMs = 0;
  #gained = 0;
  #controller: Dispatcher.DispatchController | null = null;
  /** Others have their turn first. */
  #yields = false;
  #head: AnswerHead | null = null;
  #over = false;
  #closed = false;
  #failure: Error | null = null;
  #wake: (() => void) | null = null;

  /** @param stallMs how long to wait for the next sign of life (ms). */
  constructor(clock: Clock, stallMs: number) {
    this.#clock = clock;
    this.#stallMs = stallMs;
  }

  send(dispatcher: Dispatcher, address: URL, range: ByteRange): void {
    const headers = { range: `bytes=${range.start}-${range.end - 1}`, 'accept-encoding': 'identity' };
    const path = address.pathname + address.search;
    dispatcher.dispatch({ origin: address.origin, path, method: 'GET', headers }, this);
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** What ended the exchange early; null: nothing, or not yet. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Status and headers; null when the exchange failed before them. */
  async head(): Promise<AnswerHead | null> {
    while (this.#head === null && !this.#over) await this.#change();
    return this.#head;
  }

  /** The next chunk if it is here already. */
  take(): Buffer | null {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return null;
    this.#held -= chunk.length;
    this.#goOn();
    return chunk;
  }

  /** The next chunk; null at the end, of which `failure` tells the kind. */
  async next(): Promise<Buffer | null> {
    for (;;) {
      const chunk = this.take();
      if (chunk !== null || this.#over) return chunk;
      await this.#change();
    }
  }

  /** Keeps the connection for the next request when all was read, and closes it at once otherwise. */
  close(): void {
    this.#closed = true;
    this.#chunks.length = 0;
    if (this.#over) return;
    // The end of the message may stand unread behind the pause that its last chunk caused.
    if (this.#controller?.paused === true) this.#controller.resume();
    this.#fail(new Error('closed by the reader'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== null) controller.abort(this.#failure);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#head = { status, headers };
    this.#waitedMs = 0;
    this.#signal();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // A chunk kept after those that closing threw away would be taken for the bytes that should have come there.
    if (this.#over || this.#closed) return;
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    this.#gained += chunk.length;
    loopTurn.received(chunk.length);
    if (loopTurn.isOver) this.#yieldTurn();
    if (this.#yields || this.#held >= PAUSE_AT_BYTES) controller.pause();
    this.#signal();
  }

  onResponseEnd(): void {
    this.#over = true;
    this.#signal();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = error;
    this.#signal();
  }

  #yieldTurn(): void {
    if (this.#yields) return;
    this.#yields = true;
    loopTurn.onNext(() => {
      this.#yields = false;
      this.#goOn();
    });
  }

  #goOn(): void {
    const mayGoOn = !this.#yields && this.#held <= RESUME_AT_BYTES;
    if (mayGoOn && this.#controller?.paused === true) this.#controller.resume();
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = error;
    this.#controller?.abort(error);
    this.#signal();
  }

  #signal(): void {
    this.#wake?.();
  }

  /** Bytes that drip keep a connection alive and a viewer waiting: another connection may fare better. */
  #judgePace(waitedMs: number): void {
    this.#waitedMs += waitedMs;
    if (this.#head === null || this.#waitedMs < this.#stallMs) return;
    if (this.#gained < LEAST_BYTES_PER_STALL) {
      this.#fail(new Error(`${this.#gained} bytes in ${Math.round(this.#waitedMs / 1000)} s`));
    }
    this.#waitedMs = 0;
    this.#gained = 0;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const since = this.#clock.monotonic();
      const callOff = this.#clock.after(this.#stallMs, () => {
        this.#fail(new Error(`no byte for ${Math.round(this.#stallMs / 1000)} s`));
      });
      this.#wake = () => {
        this.#wake = null;
        callOff();
        if (!this.#over) this.#judgePace(this.#clock.monotonic() - since);
        resolve();
      };
    });
  }
}
