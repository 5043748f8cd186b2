import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDataDirectory } from '../app/data-directory.ts';
import type { Settings } from '../config/settings.ts';
import { demoAccount } from '../emulator/demo.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { lockDataDirectory } from '../store/instance-lock.ts';

/** The built-in account, served by an emulated 1fichier within this process. */
export interface DemoAccount {
  /** The given settings, led to the emulator and to a data directory of the demo's own. */
  readonly settings: Settings;
  close(): Promise<void>;
}

/** The emulator locks nobody out; a newcomer sees the whole library at once. */
const DEMO_CALLS_PER_SECOND = 50;

/** @throws BridgeError `data-dir-locked` when a demo runs there already. */
export async function startDemoAccount(settings: Settings): Promise<DemoAccount> {
  const dataDir = join(settings.dataDir, 'demo');
  emptyDirectory(dataDir);
  const emulator = await startEmulator({ account: demoAccount() });
  return {
    settings: {
      ...settings,
      apiKey: emulator.apiKey,
      apiUrl: emulator.apiUrl,
      endpoints: 'v1',
      endpointOverrides: [],
      addressFamily: 'auto',
      root: '/',
      callsPerSecond: DEMO_CALLS_PER_SECOND,
      callBurst: DEMO_CALLS_PER_SECOND,
      // What is made for the library of an account must not be filled with that of the demo.
      strmDir: null,
      strmRules: null,
      dataDir,
    },
    close: () => emulator.close(),
  };
}

/** Direct links of an earlier demo lead to ports that are gone: each demo begins with nothing. */
function emptyDirectory(dataDir: string): void {
  ensureDataDirectory(dataDir);
  const lock = lockDataDirectory(dataDir);
  try {
    for (const name of readdirSync(dataDir)) {
      if (!name.startsWith('lock.')) rmSync(join(dataDir, name), { recursive: true, force: true });
    }
  } finally {
    lock.release();
  }
}
