import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Pool } from 'undici';
import { startBridge, type Bridge } from '../../src/app.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { loadSettings } from '../../src/config/load.ts';
import { EmulatedAccount } from '../../src/emulator/account.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/emulator.ts';
import { seededRandom } from '../../src/emulator/seeded-random.ts';
import { accountSettings } from './account-settings.ts';

export interface WholeBridgeOptions {
  /** Settings by their environment names. */
  readonly env?: Readonly<Record<string, string>>;
  readonly callsPerSecond?: number;
  /** For the bridge and the emulator. */
  readonly clock?: Clock;
  readonly quirks?: EmulatorOptions['quirks'];
  /** Where the page was built to; without it, whatever the last build of the program left. */
  readonly pageDirectory?: string;
}

/** The whole program in this process, before an emulated 1fichier. */
export interface WholeBridge {
  readonly emulator: Emulator;
  readonly bridge: Bridge;
  readonly dataDir: string;
  /** Client connections to the bridge. */
  readonly pool: Pool;
  /** Log lines so far. */
  readonly logged: readonly string[];
  /** Stops the bridge, keeps its data directory and starts it again; the emulator goes on. */
  restart(): Promise<WholeBridge>;
  close(): Promise<void>;
}

/** @param prepare fills the account before the bridge first looks at it. */
export async function startWholeBridge(
  prepare: (account: EmulatedAccount) => void,
  options: WholeBridgeOptions = {},
): Promise<WholeBridge> {
  const account = new EmulatedAccount();
  prepare(account);
  const { clock, quirks } = options;
  const emulator = await startEmulator({ account, random: seededRandom(1), clock, quirks });
  const dataDir = mkdtempSync(join(tmpdir(), 'whole-bridge-'));
  return launch(emulator, dataDir, options);
}

async function launch(
  emulator: Emulator,
  dataDir: string,
  options: WholeBridgeOptions,
): Promise<WholeBridge> {
  const logged: string[] = [];
  const env = {
    ...accountSettings(emulator),
    BRIDGE_PORT: '0',
    BRIDGE_DATA_DIR: dataDir,
    ...options.env,
  };
  const callsPerSecond = options.callsPerSecond ?? 200;
  const settings = { ...loadSettings({ env, flags: {} }), callsPerSecond, callBurst: callsPerSecond };
  const bridge = await startBridge(settings, {
    clock: options.clock ?? systemClock,
    random: seededRandom(2),
    logger: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    version: 'test',
    pageDirectory: options.pageDirectory,
  });
  await crawled(bridge);
  const pool = new Pool(new URL(bridge.address).origin, { connections: 256 });
  const stop = async (): Promise<void> => {
    await pool.destroy();
    await bridge.close();
  };
  return {
    emulator,
    bridge,
    dataDir,
    pool,
    logged,
    async restart() {
      await stop();
      return launch(emulator, dataDir, options);
    },
    async close() {
      await stop();
      await emulator.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function crawled({ account }: Bridge): Promise<void> {
  const { library } = account;
  for (let look = 0; look < 600; look += 1) {
    if (library.crawlStatus().finishedAt !== null) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the crawl did not finish: ${JSON.stringify(library.crawlStatus())}`);
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** GETs a path of the bridge; rejects when the body is cut. */
export async function get(
  { pool }: WholeBridge,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await pool.request({ method: 'GET', path, headers });
  const body = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, body };
}

/** GETs bytes `start` (inclusive) to `end` (exclusive). */
export function getRange(whole: WholeBridge, path: string, start: number, end: number): Promise<Answer> {
  return get(whole, path, { range: `bytes=${start}-${end - 1}` });
}
