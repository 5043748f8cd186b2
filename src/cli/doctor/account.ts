import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { openAccountLibrary } from '../../app/account-library.ts';
import { runNotice } from '../../app/run-file.ts';
import { systemClock } from '../../clock.ts';
import { secretsIn, type Settings } from '../../config/settings.ts';
import { asBridgeError, type BridgeError } from '../../errors.ts';
import type { Account } from '../../fichier/api.ts';
import { createLogger } from '../../logging.ts';
import { packageVersion } from '../package-version.ts';
import { RunningBridge } from '../running-bridge.ts';
import { failure, ok, warning, type Finding } from './finding.ts';

/** Beyond this, link lives and dates are misjudged. */
const MOST_SKEW_MS = 60_000;

/** Asks 1fichier about the account, through the bridge that runs or else by itself. */
export async function checkAccount(settings: Settings): Promise<Finding[]> {
  if (settings.apiKey === null) {
    return [
      warning(
        'API key',
        'FICHIER_API_KEY is not set: serve shows the demo library',
        'Make a key in the 1fichier console (Parameters) and set FICHIER_API_KEY or FICHIER_API_KEY_FILE.',
      ),
    ];
  }
  try {
    return await askDirectly(settings);
  } catch (thrown) {
    const error = asBridgeError(thrown);
    return error.kind === 'data-dir-locked' ? await askRunningBridge(settings, error) : [refusal(error)];
  }
}

async function askRunningBridge(settings: Settings, locked: BridgeError): Promise<Finding[]> {
  const running = runNotice(settings.dataDir);
  if (running === null) return [failure('bridge', locked.message, locked.hint)];
  const { address, ownerKey } = running;
  try {
    const account = await new RunningBridge(address, ownerKey).account();
    return [ok('bridge', `runs at ${address}`), ...judge(account)];
  } catch (thrown) {
    return [refusal(asBridgeError(thrown))];
  }
}

function refusal(error: BridgeError): Finding {
  if (error.kind === 'api-key-invalid') return failure('API key', error.message, error.hint);
  const unreachable = error.kind === 'upstream-unavailable';
  const network = 'Check the network of this machine; when that is in order, try again in a few minutes.';
  return failure('1fichier', error.message, unreachable ? network : error.hint);
}

async function askDirectly(settings: Settings): Promise<Finding[]> {
  const logger = createLogger({ level: 'error', format: settings.logFormat, secrets: secretsIn(settings) });
  const surroundings = { clock: systemClock, random: Math.random, logger, version: packageVersion() };
  const opened = await openAccountLibrary({ ...settings, root: '/' }, surroundings);
  const watch = watchServerDates();
  try {
    return [...judge(await opened.api.account({ priority: 'browse' })), judgeClock(watch.skewMs())];
  } finally {
    watch.end();
    await opened.close();
  }
}

function judge(account: Account): Finding[] {
  const owner = account.email ?? 'an account without an address';
  const findings = [ok('API key', `belongs to ${owner}`)];
  if (account.offer === 'free') {
    const advice = 'Direct links need Premium, Access or CDN credits: files can be listed, not streamed.';
    return [...findings, failure('subscription', 'the account is free', advice)];
  }
  const end = account.subscriptionEnd;
  if (end !== null && end < systemClock.now()) {
    const detail = `${account.offer}, ended ${new Date(end).toISOString().slice(0, 10)}`;
    return [...findings, failure('subscription', detail, 'Renew the subscription at 1fichier.')];
  }
  const until = end === null ? '' : ` until ${new Date(end).toISOString().slice(0, 10)}`;
  return [...findings, ok('subscription', `${account.offer}${until}`)];
}

function judgeClock(skewMs: number | null): Finding {
  if (skewMs === null) {
    return ok('clock', 'not compared: 1fichier was asked a moment ago, and may be asked every 6 minutes');
  }
  const seconds = Math.round(skewMs / 1000);
  return Math.abs(skewMs) > MOST_SKEW_MS
    ? warning(
        'clock',
        `differs from 1fichier's by ${seconds} s`,
        'Set the clock of this machine, best by NTP.',
      )
    : ok('clock', `within ${Math.max(1, Math.abs(seconds))} s of 1fichier's`);
}

const HEADERS_CHANNEL = 'undici:request:headers';

/** Watches the Date headers of answers; this clock minus theirs, ms. */
function watchServerDates(): { skewMs(): number | null; end(): void } {
  let skew: number | null = null;
  const onHeaders = (message: unknown): void => {
    const date = dateOf(message);
    if (date !== null) skew = systemClock.now() - date;
  };
  subscribe(HEADERS_CHANNEL, onHeaders);
  return { skewMs: () => skew, end: () => void unsubscribe(HEADERS_CHANNEL, onHeaders) };
}

function dateOf(message: unknown): number | null {
  const { response } = message as { response?: { headers?: readonly Buffer[] } };
  const fields = (response?.headers ?? []).map((field) => field.toString('latin1'));
  const at = fields.findIndex((field, index) => index % 2 === 0 && field.toLowerCase() === 'date');
  const date = Date.parse(fields[at + 1] ?? '');
  return at === -1 || Number.isNaN(date) ? null : date;
}
