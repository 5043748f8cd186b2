import { join } from 'node:path';
import { openAccountLibrary } from '../app/account-library.ts';
import { runNotice } from '../app/run-file.ts';
import { withStrm } from '../app/strm-parts.ts';
import { systemClock } from '../clock.ts';
import { secretsIn, type Settings } from '../config/settings.ts';
import { BridgeError } from '../errors.ts';
import { createLogger } from '../logging.ts';
import type { LibraryAccess } from './library-access.ts';
import { OpenedLibrary } from './opened-library.ts';
import { packageVersion } from './package-version.ts';
import { RunningBridge } from './running-bridge.ts';

/**
 * The library for a command: that of the bridge which runs on the data directory, since one process at a time may use
 * the account, and otherwise opened here. Without a key, that of a demo which runs.
 *
 * @throws BridgeError `config-invalid` without a key or a demo, `data-dir-locked` when its holder serves nothing yet.
 */
async function openLibrary(settings: Settings): Promise<LibraryAccess> {
  const demo = settings.apiKey === null ? runNotice(join(settings.dataDir, 'demo')) : null;
  if (demo !== null) return new RunningBridge(demo.address, demo.ownerKey);
  const logger = createLogger({
    level: settings.logLevel === 'info' ? 'warn' : settings.logLevel,
    format: settings.logFormat,
    secrets: secretsIn(settings),
  });
  try {
    const surroundings = { clock: systemClock, random: Math.random, logger, version: packageVersion() };
    return new OpenedLibrary(await openAccountLibrary(settings, surroundings), (account, work) =>
      withStrm(settings, surroundings, account, work),
    );
  } catch (error) {
    const running = runNotice(settings.dataDir);
    if (!(error instanceof BridgeError) || error.kind !== 'data-dir-locked' || running === null) throw error;
    return new RunningBridge(running.address, running.ownerKey);
  }
}

/** Opens the library, does `work` with it, and closes it whatever happens. */
export async function withLibrary<T>(
  settings: Settings,
  work: (library: LibraryAccess) => Promise<T>,
): Promise<T> {
  const library = await openLibrary(settings);
  try {
    return await work(library);
  } finally {
    await library.close();
  }
}
