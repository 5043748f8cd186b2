import { z } from 'zod';
import type { Random } from '../clock.ts';
import { FaultScript } from './fault-script.ts';

/** How far into the body a fault strikes: bytes sent before it, all but the last byte, or anywhere. */
const position = z.union([z.number().int().nonnegative(), z.literal('last'), z.literal('random')]);

const status = z.union([
  z.literal(401),
  z.literal(403),
  z.literal(404),
  z.literal(410),
  z.literal(416),
  z.literal(429),
  z.literal(500),
  z.literal(502),
  z.literal(503),
  z.literal(504),
  z.literal(509),
]);

export const storageFaultSchema = z.discriminatedUnion('kind', [
  /** An HTML page with this status instead of the file. */
  z.object({ kind: z.literal('status'), status }),
  /** TCP reset; after 0 bytes it comes instead of any answer. */
  z.object({ kind: z.literal('reset'), afterBytes: position.default(0) }),
  /** Silence with the connection open; after 0 bytes there are no headers either, unless `headers`. */
  z.object({
    kind: z.literal('stall'),
    afterBytes: position.default(0),
    headers: z.boolean().default(false),
    /** ms until it goes on; null: for ever. */
    forMs: z.number().nullable().default(null),
  }),
  /** Slow from the first byte, or from `afterBytes` on. */
  z.object({
    kind: z.literal('drip'),
    bytesPerSecond: z.number().positive(),
    afterBytes: position.default(0),
  }),
  /** The connection is closed in order, after fewer bytes than Content-Length promised. */
  z.object({ kind: z.literal('short'), afterBytes: position.default('random') }),
  /** Content-Length and body agree with each other, but are `missingBytes` less than the range. */
  z.object({ kind: z.literal('clipped'), missingBytes: z.number().int().positive().default(1) }),
  /** More bytes than Content-Length promised. */
  z.object({ kind: z.literal('long'), extraBytes: z.number().int().positive().default(100) }),
  /** Content-Range and body begin `shift` bytes later than asked. */
  z.object({ kind: z.literal('wrong-range'), shift: z.number().int().default(1) }),
  /** 200 with the whole file for a range request. */
  z.object({ kind: z.literal('whole') }),
  /** The body compressed, and said to be. */
  z.object({ kind: z.literal('gzip') }),
  /** 200 with an HTML page. */
  z.object({ kind: z.literal('html') }),
  /** 302: to another address of the file, to itself for ever, to a sign-in page, or to any address. */
  z.object({
    kind: z.literal('redirect'),
    to: z.union([z.enum(['elsewhere', 'loop', 'sign-in']), z.url()]).default('elsewhere'),
  }),
  /** The link dies at this request. */
  z.object({ kind: z.literal('expire') }),
]);

export type StorageFault = z.output<typeof storageFaultSchema>;
export type StorageFaultInput = z.input<typeof storageFaultSchema>;
type Position = z.infer<typeof position>;

/** What storage faults can be aimed at: `file` is a page address, `method` GET or HEAD. */
export type StorageTarget = Partial<Record<'file' | 'method', string>>;

/** The script of what goes wrong on the storage host. Missing fields of a fault take their defaults. */
export class StorageFaults {
  readonly #script = new FaultScript<StorageFault>();

  next(fault: StorageFaultInput, where: StorageTarget = {}, times = 1): void {
    this.#script.next(storageFaultSchema.parse(fault), where, times);
  }

  always(fault: StorageFaultInput, where: StorageTarget = {}): void {
    this.#script.always(storageFaultSchema.parse(fault), where);
  }

  random(plan: { seed: number; rate: number; kinds: readonly StorageFaultInput[] }): void {
    this.#script.random({ ...plan, kinds: plan.kinds.map((fault) => storageFaultSchema.parse(fault)) });
  }

  clear(): void {
    this.#script.clear();
  }

  get pending(): number {
    return this.#script.pending;
  }

  take(target: Record<'file' | 'method', string>): StorageFault | undefined {
    return this.#script.take(target);
  }
}

/** Bytes of a body of `length` to send before a fault strikes. */
export function bytesBefore(at: Position, length: number, random: Random): number {
  if (at === 'last') return Math.max(0, length - 1);
  return at === 'random' ? Math.floor(random() * length) : Math.min(at, length);
}
