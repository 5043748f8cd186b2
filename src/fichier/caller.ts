import type { z } from 'zod';
import type { Clock, Random } from '../clock.ts';
import { sleep } from '../clock.ts';
import { asBridgeError, BridgeError } from '../errors.ts';
import type { Admission } from './admission.ts';
import type { ApiKey } from './api-key.ts';
import type { CallOptions, Priority } from './api.ts';
import type { CallAllowance } from './call-allowance.ts';
import type { EndpointName, EndpointTable } from './endpoints.ts';
import { malformed, refusalOf } from './failures.ts';
import type { Answer, Refusal, Subject } from './failures.ts';
import type { Lane, Lanes } from './lanes.ts';
import { parseLenientJson } from './lenient-json.ts';
import type { Pacer } from './pacer.ts';
import { neverArrived } from './transport.ts';
import type { Transport } from './transport.ts';

/** What the client tells of its dealings with 1fichier; pino fits. Never given a key, a link or a name. */
export interface ApiLog {
  debug(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface ApiCall<Shape extends z.ZodType> {
  readonly endpoint: EndpointName;
  readonly body: Readonly<Record<string, unknown>>;
  readonly answer: Shape;
  readonly subject: Subject;
  readonly lane?: Lane;
  /** Whether the call changes nothing and may be sent again after a fault of the way. */
  readonly repeatable: boolean;
}

const MOST_ATTEMPTS = 3;
const FIRST_BACKOFF_MS = 1_000;
const MAINTENANCE_LASTS_MS = 5 * 60_000;

interface CallerParts {
  readonly baseUrl: string;
  readonly endpoints: EndpointTable;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: Transport;
  readonly pacer: Pacer;
  readonly allowance: CallAllowance;
  readonly lanes: Lanes;
  readonly admission: Admission;
  readonly log: ApiLog;
}

/** Makes one call of the API: waits its turn, sends it, understands the answer, and tells the others what it means. */
export class Caller {
  readonly #parts: CallerParts;
  readonly #counts = new Map<EndpointName, number>();
  #key: ApiKey;

  constructor(parts: CallerParts, key: ApiKey) {
    this.#parts = parts;
    this.#key = key;
  }

  get key(): ApiKey {
    return this.#key;
  }

  useKey(key: ApiKey): void {
    this.#key = key;
    this.#parts.admission.forgetKeyRefusal();
    this.#parts.pacer.reconsider();
  }

  /** Calls sent so far, by method. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  async call<Shape extends z.ZodType>(call: ApiCall<Shape>, options: CallOptions): Promise<z.output<Shape>> {
    let fault: BridgeError | null = null;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(call, options);
      } catch (thrown) {
        const error = asBridgeError(thrown);
        // A lane too busy for another attempt is not the reason why the call failed.
        if (fault !== null && error.kind === 'rate-limited') throw fault;
        fault = error;
        if (!call.repeatable || attempt === MOST_ATTEMPTS || !isPassing(error)) throw error;
      }
      await this.#backOff(attempt, options.signal);
    }
  }

  async #backOff(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    const delayMs = FIRST_BACKOFF_MS * 4 ** (attempt - 1) * (0.5 + this.#parts.random());
    try {
      await sleep(this.#parts.clock, delayMs, signal);
    } catch (thrown) {
      throw new BridgeError('cancelled', 'the call was given up', { cause: thrown });
    }
  }

  async #attempt<Shape extends z.ZodType>(
    call: ApiCall<Shape>,
    options: CallOptions,
  ): Promise<z.output<Shape>> {
    this.#key.authorization();
    return this.#parts.pacer.run({ ...options, lane: call.lane }, async () => {
      const key = this.#key;
      this.#counts.set(call.endpoint, (this.#counts.get(call.endpoint) ?? 0) + 1);
      const answer = await this.#exchange(call, key, options.signal);
      return this.#understand(call, key, answer, options.priority);
    });
  }

  async #exchange(call: ApiCall<z.ZodType>, key: ApiKey, signal: AbortSignal | undefined): Promise<Answer> {
    const { baseUrl, endpoints, transport, lanes, log } = this.#parts;
    try {
      const answer = await transport.exchange({
        method: 'POST',
        url: `${baseUrl}/${endpoints[call.endpoint]}`,
        headers: { authorization: key.authorization(), 'content-type': 'application/json' },
        body: JSON.stringify(call.body),
        signal,
      });
      if (call.lane !== undefined) lanes.use(call.lane);
      return answer;
    } catch (thrown) {
      const error = asBridgeError(thrown);
      if (call.lane !== undefined && neverArrived(error)) lanes.release(call.lane);
      if (error.kind !== 'cancelled') log.warn({ method: call.endpoint, kind: error.kind }, error.message);
      throw error;
    }
  }

  #understand<Shape extends z.ZodType>(
    call: ApiCall<Shape>,
    key: ApiKey,
    answer: Answer,
    priority: Priority,
  ): z.output<Shape> {
    const { admission, allowance, log } = this.#parts;
    const body = parseLenientJson(answer.text);
    const refusal = refusalOf(answer, body, call.subject);
    if (refusal !== null) throw this.#refuse(call.endpoint, key, answer, refusal, priority);
    const parsed = call.answer.safeParse(body);
    if (answer.httpStatus >= 300 || !parsed.success) {
      log.warn({ method: call.endpoint, httpStatus: answer.httpStatus }, 'malformed answer');
      throw malformed(call.endpoint, describeOddity(answer, body));
    }
    admission.succeeded();
    allowance.recover();
    return parsed.data;
  }

  #refuse(
    endpoint: EndpointName,
    key: ApiKey,
    answer: Answer,
    refusal: Refusal,
    priority: Priority,
  ): BridgeError {
    const { admission, allowance, clock, log } = this.#parts;
    const words = key.redact(refusal.words);
    const { httpStatus } = answer;
    const { kind, number } = refusal;
    log.warn({ method: endpoint, httpStatus, kind, number }, `1fichier refused: ${words}`);
    const retryAt = refusal.maintenance ? { retryAt: clock.now() + MAINTENANCE_LASTS_MS } : {};
    const error = new BridgeError(
      kind,
      `1fichier refused ${endpoint} (HTTP ${httpStatus}): ${words || 'no reason given'}`,
      retryAt,
    );
    // A refusal of the last key, come late, says nothing about the one in use now.
    if (key === this.#key || kind !== 'api-key-invalid')
      admission.refused({ ...refusal, words }, httpStatus, error, priority);
    if (refusal.lock === null) return error;
    allowance.slowDown();
    return admission.lockError();
  }
}

/** Faults of the way that may be gone in a second. */
function isPassing(error: BridgeError): boolean {
  const passing = error.kind === 'upstream-unavailable' || error.kind === 'malformed-answer';
  return passing && error.retryAt === undefined;
}

function describeOddity(answer: Answer, body: unknown): string {
  if (answer.httpStatus >= 300) return `a redirect (HTTP ${answer.httpStatus})`;
  if (answer.text.trim() === '') return 'an empty body';
  if (body !== undefined) return 'JSON in a form that is not known';
  return answer.text.trimStart().startsWith('<') ? 'a web page' : 'a broken body';
}
