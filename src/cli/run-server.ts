import { startBridge } from '../app.ts';
import { FirstRun } from '../app/first-run.ts';
import { assertSafeToListen } from '../app/listen.ts';
import { openAll } from '../app/teardown.ts';
import type { Surroundings } from '../app/surroundings.ts';
import { systemClock } from '../clock.ts';
import { secretsIn, type Settings } from '../config/settings.ts';
import { createLogger } from '../logging.ts';
import { startDemoAccount } from './demo-account.ts';
import { packageVersion } from './package-version.ts';
import { stopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';

/** Streams of the demo library are nothing to wait for once there is an account. */
const DEMO_DRAIN_MS = 500;

/**
 * Serves until a signal says to stop, then lets streams end and closes everything. `own` without an API key shows the
 * demo library until the page is given one, and goes on with that account at the same address.
 */
export async function runServer(
  settings: Settings,
  account: 'own' | 'demo',
  terminal: Terminal,
): Promise<void> {
  const stop = stopSignal(systemClock);
  assertSafeToListen(settings);
  if (account === 'demo') await serveDemo(settings, null, stop, terminal);
  else if (settings.apiKey !== null) await serveOwn(settings, stop, terminal);
  else {
    const firstRun = new FirstRun(settings, surroundingsOf(settings));
    const port = await serveDemo(settings, firstRun, Promise.race([stop, firstRun.key]), terminal);
    const apiKey = await Promise.race([firstRun.key, stop.then(() => null)]);
    if (apiKey !== null) await serveOwn({ ...settings, apiKey, port }, stop, terminal);
  }
}

async function serveOwn(settings: Settings, stop: Promise<unknown>, terminal: Terminal): Promise<void> {
  const surroundings = surroundingsOf(settings);
  await openAll(async (teardown) => {
    const bridge = await startBridge(settings, surroundings);
    teardown.onClose(() => bridge.close());
    announce(surroundings, settings);
    terminal.print(`Your library: ${bridge.address}`);
    await stop;
    surroundings.logger.info('stopping; a second signal stops at once');
    await teardown.close();
  });
}

/** Gives the port that it listened on. */
async function serveDemo(
  settings: Settings,
  firstRun: FirstRun | null,
  end: Promise<unknown>,
  terminal: Terminal,
): Promise<number> {
  const surroundings = surroundingsOf(settings);
  return openAll(async (teardown) => {
    const demo = await startDemoAccount(settings);
    teardown.onClose(() => demo.close());
    const drainTime = Math.min(settings.drainTime, DEMO_DRAIN_MS);
    const bridge = await startBridge({ ...demo.settings, drainTime }, surroundings, firstRun?.routes());
    teardown.onClose(() => bridge.close());
    announce(surroundings, demo.settings);
    if (settings.strmDir !== null || settings.strmRules !== null)
      surroundings.logger.warn('the demo library fills no directory of .strm files; yours is left as it is');
    terminal.print(`Demo library, until FICHIER_API_KEY is set: ${bridge.address}`);
    await end;
    surroundings.logger.info('stopping the demo library');
    await teardown.close();
    return Number(new URL(bridge.address).port);
  });
}

function surroundingsOf(settings: Settings): Surroundings {
  const { logLevel: level, logFormat: format } = settings;
  const logger = createLogger({ level, format, secrets: secretsIn(settings) });
  return { clock: systemClock, random: Math.random, logger, version: packageVersion() };
}

function announce({ clock, logger }: Surroundings, { dataDir }: Settings): void {
  // The process began at 0 of this clock.
  logger.info({ startUpMs: Math.round(clock.monotonic()), dataDir }, 'serving');
}
