import type { Dispatcher } from 'undici';
import type { Clock, Random } from '../clock.ts';
import { systemClock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { Admission } from './admission.ts';
import { ApiKey } from './api-key.ts';
import { CallAllowance } from './call-allowance.ts';
import type { CallRate } from './call-allowance.ts';
import { Caller } from './caller.ts';
import type { ApiLog } from './caller.ts';
import { FichierClient } from './client.ts';
import { endpointTable } from './endpoints.ts';
import type { EndpointTable } from './endpoints.ts';
import { ErrorBudget } from './error-budget.ts';
import { FloodLock } from './flood-lock.ts';
import { documentedIntervals, Lanes } from './lanes.ts';
import type { LaneIntervals } from './lanes.ts';
import { LastAccount } from './last-account.ts';
import { Pacer } from './pacer.ts';
import { failSafeStateStore, memoryStateStore } from './state-store.ts';
import type { StateStore } from './state-store.ts';
import { fetchThrough, Transport } from './transport.ts';
import type { Fetch } from './transport.ts';
import { Uploader } from './upload.ts';

export interface FichierClientOptions {
  /** As pasted; white space around it is cut off. A text that cannot be a key makes every call fail, unsent. */
  readonly apiKey: string;
  readonly baseUrl?: string | undefined;
  /** By `endpointTable`; the real API's when left out. */
  readonly endpoints?: EndpointTable | undefined;
  /** Connections of one address family: see `fichierDispatcher`. Not closed by the client. */
  readonly dispatcher?: Dispatcher | undefined;
  /** Stands in for the dispatcher in tests, uploads excepted. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly pacer?: Partial<CallRate> | undefined;
  /** Limits beside the rate of all calls; the documented ones when left out. */
  readonly intervals?: Partial<LaneIntervals> | undefined;
  /** Where locks and the times of rare calls survive a restart; in memory when left out. */
  readonly store?: StateStore | undefined;
  readonly log?: ApiLog | undefined;
  readonly userAgent?: string | undefined;
  /** ms for one call, queueing excepted. */
  readonly timeoutMs?: number | undefined;
  /** Longest answer (bytes) that is read. */
  readonly maxAnswerBytes?: number | undefined;
  readonly useCdnCredits?: boolean | undefined;
}

const DEFAULT_CALL_RATE: CallRate = { callsPerSecond: 1, burst: 3 };
const DEFAULT_BASE_URL = 'https://api.1fichier.com/v1';
const DEFAULT_TIMEOUT_MS = 20_000;
/** A listing at its cap of 5,000 files has some 3 MB. */
const DEFAULT_MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const silent: ApiLog = { debug: () => undefined, warn: () => undefined };

/**
 * Puts the client of the 1fichier API together. Make one for an account and share it: its pacer keeps all calls within
 * what 1fichier allows an account and an address.
 *
 * @throws BridgeError `config-invalid` when the base address is none.
 */
export function createFichierClient(options: FichierClientOptions): FichierClient {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const log = options.log ?? silent;
  const store = failSafeStateStore(options.store ?? memoryStateStore(), (err) =>
    log.warn({ err }, 'locks of the API are kept in memory only'),
  );
  const userAgent = options.userAgent ?? 'fichier-bridge';
  const baseUrl = parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
  const transport = new Transport({
    fetch: options.fetch ?? fetchThrough(options.dispatcher),
    clock,
    userAgent,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxAnswerBytes: options.maxAnswerBytes ?? DEFAULT_MAX_ANSWER_BYTES,
  });
  const intervals = { ...documentedIntervals, ...options.intervals };
  const lanes = new Lanes(clock, store);
  const admission = new Admission(clock, new FloodLock(clock, random, store), new ErrorBudget(clock, random));
  const allowance = new CallAllowance(clock, store, { ...DEFAULT_CALL_RATE, ...options.pacer });
  const pacer = new Pacer(clock, allowance, admission, lanes);
  const caller = new Caller(
    {
      baseUrl: baseUrl.href.replace(/\/+$/, ''),
      endpoints: options.endpoints ?? endpointTable(),
      clock,
      random,
      transport,
      pacer,
      allowance,
      lanes,
      admission,
      log,
    },
    new ApiKey(options.apiKey),
  );
  const { dispatcher } = options;
  return new FichierClient({
    caller,
    pacer,
    admission,
    uploader: new Uploader({ caller, transport, dispatcher, clock, userAgent, baseUrl }),
    lastAccount: new LastAccount(clock, store, intervals.accountMs),
    intervals,
    useCdnCredits: options.useCdnCredits ?? false,
  });
}

function parseBaseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.username !== '') {
    throw new BridgeError('config-invalid', 'the address of the API is not an http or https address', {
      hint: `Set FICHIER_API_URL to something like ${DEFAULT_BASE_URL}.`,
    });
  }
  return url;
}
