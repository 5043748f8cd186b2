import { setTimeout as wait } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';
import type { Random } from '../../src/clock.ts';
import { readAndCompare, WrongBytes, type PlannedRead } from './compared-read.ts';
import { PATIENCE_MS, type RestartedBridge } from './restarted-bridge.ts';
import type { Film, Stock } from './stock.ts';
import type { ReaderKind, Tally } from './tally.ts';
import { READER_KINDS } from './tally.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
/** What a person may wait beyond the patience of the bridge before a read counts as hanging (ms). */
const GRACE_MS = 20_000;
/** The longest rest between two reads (ms). */
const REST_MS = 150;

/** How many of each kind read at the same time. */
const CREW: Readonly<Record<ReaderKind, number>> = {
  viewer: 5,
  seeker: 3,
  prober: 2,
  leaver: 2,
  webdav: 2,
  sorter: 2,
};

interface ReaderParts {
  readonly bridge: RestartedBridge;
  readonly stock: Stock;
  readonly random: Random;
  readonly tally: Tally;
}

/** A read, and what it says of a file that may be gone in the meantime; null: the file stays. */
interface Undertaking extends PlannedRead {
  readonly passingUrl: string | null;
}

const inboxSchema = z.object({
  entries: z.array(z.object({ link: z.string().optional(), stream: z.string().optional() })),
});

/** Clients of every kind, each of whom reads again and again until told to stop. */
export class Readers {
  readonly #parts: ReaderParts;
  readonly #agent = new Agent({
    headersTimeout: PATIENCE_MS + GRACE_MS,
    bodyTimeout: PATIENCE_MS + GRACE_MS,
  });
  readonly #work: readonly Promise<void>[];
  #stopped = false;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#work = READER_KINDS.flatMap((kind) =>
      Array.from({ length: CREW[kind] }, () => this.#readOnAndOn(kind)),
    );
  }

  /** Resolves when the last has finished what it was reading. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#work);
    await this.#agent.destroy();
  }

  async #readOnAndOn(kind: ReaderKind): Promise<void> {
    const { bridge, tally, random } = this.#parts;
    while (!this.#stopped) {
      const { origin } = await bridge.serving();
      const { life } = bridge;
      try {
        for (const plan of await this.#plans(kind, origin)) await this.#carryOut(kind, plan);
      } catch (error) {
        if (!(error instanceof WrongBytes) && bridge.life !== life) tally.interrupted(kind);
        else tally.failed(kind, error);
      }
      await wait(REST_MS * random());
    }
  }

  async #carryOut(kind: ReaderKind, plan: Undertaking): Promise<void> {
    const { stock, tally } = this.#parts;
    try {
      tally.read(kind, await readAndCompare(this.#agent, plan));
    } catch (error) {
      const gone = plan.passingUrl !== null && !stock.has(plan.passingUrl);
      if (gone && !(error instanceof WrongBytes)) return;
      throw error;
    }
  }

  async #plans(kind: ReaderKind, origin: string): Promise<readonly Undertaking[]> {
    switch (kind) {
      case 'viewer':
        return [this.#watch(origin)];
      case 'seeker':
        return [this.#piece(origin, 'library', MIB)];
      case 'prober':
        return this.#probe(origin);
      case 'leaver':
        return [{ ...this.#piece(origin, 'library', 1), end: null, leaveAfter: 1 + this.#upTo(100 * KIB) }];
      case 'webdav':
        return this.#byWebDav(origin);
      case 'sorter':
        return this.#fromInbox(origin);
    }
  }

  /** Some seconds of a film from somewhere on, at 8 to 24 Mbit/s. */
  #watch(origin: string): Undertaking {
    const bytesPerSecond = MIB * (1 + 2 * this.#parts.random());
    const leaveAfter = bytesPerSecond * (5 + this.#upTo(15));
    return { ...this.#piece(origin, 'library', 1), end: null, bytesPerSecond, leaveAfter };
  }

  /** The beginning of a film and its end, as media servers look at them. */
  #probe(origin: string): readonly Undertaking[] {
    const film = this.#film();
    const read = { origin, path: `/library/${film.path}`, file: film, end: null, passingUrl: null };
    return [
      { ...read, start: 0, leaveAfter: 64 * KIB + this.#upTo(400 * KIB) },
      { ...read, start: Math.max(0, film.size - 256 * KIB) },
    ];
  }

  async #byWebDav(origin: string): Promise<readonly Undertaking[]> {
    const piece = this.#piece(origin, 'dav', 4 * MIB);
    const folder = piece.path.slice(0, piece.path.lastIndexOf('/') + 1);
    const answer = await request(`${origin}${folder}`, {
      dispatcher: this.#agent,
      method: 'PROPFIND',
      headers: { depth: '1' },
    });
    const text = await answer.body.text();
    if (!text.includes(piece.path)) throw new Error(`PROPFIND does not list ${piece.path}: ${text}`);
    return [piece];
  }

  /** Something that came lately, by its stable address, whatever it is named now. */
  async #fromInbox(origin: string): Promise<readonly Undertaking[]> {
    const answer = await request(`${origin}/api/v1/entries?path=/Inbox`, { dispatcher: this.#agent });
    const { entries } = inboxSchema.parse(await answer.body.json());
    const { link, stream } = entries[this.#upTo(entries.length)] ?? {};
    const file = link === undefined ? undefined : this.#parts.stock.passing(link);
    if (file === undefined || link === undefined || stream === undefined) return [];
    const start = this.#upTo(file.size);
    return [{ origin, path: stream, file, start, end: file.size, passingUrl: link }];
  }

  #piece(origin: string, root: 'library' | 'dav', longest: number): Undertaking {
    const film = this.#film();
    const start = this.#upTo(film.size);
    const end = Math.min(film.size, start + 1 + this.#upTo(longest));
    return { origin, path: `/${root}/${film.path}`, file: film, start, end, passingUrl: null };
  }

  #film(): Film {
    const { films } = this.#parts.stock;
    const film = films[this.#upTo(films.length)];
    if (film === undefined) throw new Error('there are no films');
    return film;
  }

  /** A whole number from 0 to `limit`, exclusive. */
  #upTo(limit: number): number {
    return Math.floor(this.#parts.random() * limit);
  }
}
