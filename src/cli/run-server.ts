import { startBridge } from '../app.ts';
import { assertSafeToListen } from '../app/listen.ts';
import { openAll } from '../app/teardown.ts';
import { systemClock } from '../clock.ts';
import { secretsIn, type Settings } from '../config/settings.ts';
import { createLogger } from '../logging.ts';
import { startDemoAccount } from './demo-account.ts';
import { packageVersion } from './package-version.ts';
import { stopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';

/** Serves until a signal says to stop, then lets streams end and closes everything. */
export async function runServer(
  settings: Settings,
  account: 'own' | 'demo',
  terminal: Terminal,
): Promise<void> {
  const stop = stopSignal(systemClock);
  const { logLevel: level, logFormat: format } = settings;
  const logger = createLogger({ level, format, secrets: secretsIn(settings) });
  assertSafeToListen(settings);
  await openAll(async (teardown) => {
    let served = settings;
    if (account === 'demo') {
      const demo = await startDemoAccount(settings);
      teardown.onClose(() => demo.close());
      served = demo.settings;
    }
    const surroundings = { clock: systemClock, random: Math.random, logger, version: packageVersion() };
    const bridge = await startBridge(served, surroundings);
    teardown.onClose(() => bridge.close());
    // The process began at 0 of this clock.
    logger.info({ startUpMs: Math.round(systemClock.monotonic()), dataDir: served.dataDir }, 'serving');
    terminal.print(`${TITLES[account]}: ${bridge.address}`);

    await stop;
    logger.info('stopping; a second signal stops at once');
    await teardown.close();
  });
}

const TITLES = {
  own: 'Your library',
  demo: 'Demo library, until FICHIER_API_KEY is set',
} as const;
