import { z } from 'zod';
import { FaultScript } from './fault-script.ts';
import { KO_NAMES } from './ko.ts';

export const apiFaultSchema = z.discriminatedUnion('kind', [
  /** An HTML page with any status, as proxies and front ends make them. */
  z.object({ kind: z.literal('html'), status: z.number().int().default(200) }),
  /** A KO body of the catalogue, by name. */
  z.object({ kind: z.literal('ko'), ko: z.enum(KO_NAMES), status: z.number().int().optional() }),
  /** A status with a KO body of no known text. */
  z.object({ kind: z.literal('status'), status: z.number().int() }),
  /** Plain text, such as the bare `IP Locked` of a hard lock. */
  z.object({
    kind: z.literal('plain'),
    text: z.string().default('IP Locked'),
    status: z.number().int().default(403),
  }),
  /** The true answer, cut in its middle, though complete as HTTP. */
  z.object({ kind: z.literal('truncated') }),
  /** No answer for this long (ms), then the true one; null: never. */
  z.object({ kind: z.literal('hang'), forMs: z.number().nullable().default(null) }),
  /** TCP reset instead of an answer. */
  z.object({ kind: z.literal('reset') }),
  /** A flood lock of this length begins. */
  z.object({ kind: z.literal('lock'), seconds: z.number() }),
  /**
   * A listing that lies: `empty` says there is nothing; `half` keeps its count but gives half the items; `shrunken`
   * gives half and counts half; `no-arrays` leaves the arrays out; `wrong-count` counts one too many.
   */
  z.object({
    kind: z.literal('listing'),
    as: z.enum(['empty', 'half', 'shrunken', 'no-arrays', 'wrong-count']),
  }),
]);

export type ApiFault = z.output<typeof apiFaultSchema>;
type ApiFaultInput = z.input<typeof apiFaultSchema>;

/** What API faults can be aimed at: an endpoint as `counts()` names it. */
export type ApiTarget = Partial<Record<'endpoint', string>>;

/** The script of what goes wrong at the API. Missing fields of a fault take their defaults. */
export class ApiFaults {
  readonly #script = new FaultScript<ApiFault>();

  next(fault: ApiFaultInput, where: ApiTarget = {}, times = 1): void {
    this.#script.next(apiFaultSchema.parse(fault), where, times);
  }

  always(fault: ApiFaultInput, where: ApiTarget = {}): void {
    this.#script.always(apiFaultSchema.parse(fault), where);
  }

  random(plan: { seed: number; rate: number; kinds: readonly ApiFaultInput[] }): void {
    this.#script.random({ ...plan, kinds: plan.kinds.map((fault) => apiFaultSchema.parse(fault)) });
  }

  clear(): void {
    this.#script.clear();
  }

  get pending(): number {
    return this.#script.pending;
  }

  take(endpoint: string): ApiFault | undefined {
    return this.#script.take({ endpoint });
  }
}
