import { setTimeout as wait } from 'node:timers/promises';
import type { Random } from '../../src/clock.ts';
import type { RestartedBridge } from './restarted-bridge.ts';
import type { Stock } from './stock.ts';
import { z } from 'zod';
import { request } from 'undici';

const EDIT_MS = 4_000;
/** Edits between two times that the bridge is told to look. */
const EDITS_PER_REFRESH = 8;
/** A folder can be listed once in 30 seconds; twice that, and then some (ms). */
const SETTLES_WITHIN_MS = 100_000;

const entriesSchema = z.object({
  entries: z.array(z.object({ name: z.string(), link: z.string().optional() })),
});

/** Edits the account as its owner would, and has the bridge look now and then. */
export class Sorting {
  readonly #bridge: RestartedBridge;
  readonly #stock: Stock;
  readonly #timer: NodeJS.Timeout;
  #edits = 0;

  constructor(bridge: RestartedBridge, stock: Stock, random: Random) {
    this.#bridge = bridge;
    this.#stock = stock;
    this.#timer = setInterval(() => {
      if (random() < 0.8) stock.edit();
      this.#edits += 1;
      if (this.#edits % EDITS_PER_REFRESH === 0) this.#refresh(false);
    }, EDIT_MS);
  }

  /** Ends editing; gives what the library does not show of the account when it has had time to look. */
  async finish(): Promise<readonly string[]> {
    clearInterval(this.#timer);
    const until = performance.now() + SETTLES_WITHIN_MS;
    for (;;) {
      this.#refresh(true);
      await wait(5_000);
      const missing = await this.#missing();
      if (missing.length === 0 || performance.now() > until) return missing;
    }
  }

  /** The answer is of no account: a folder may not be listed again yet, and the bridge may just be stopping. */
  #refresh(wanted: boolean): void {
    const path = wanted ? '/Inbox' : '/';
    const asked = this.#bridge.running?.post('/api/v1/refresh', { path, recursive: true, wait: false });
    asked?.catch(() => undefined);
  }

  async #missing(): Promise<readonly string[]> {
    const { origin } = await this.#bridge.serving();
    const shown = new Map<string, string>();
    for (const path of ['/Inbox', '/Inbox/Sorted']) {
      const answer = await request(`${origin}/api/v1/entries?limit=1000&path=${encodeURIComponent(path)}`);
      if (answer.statusCode !== 200) {
        await answer.body.dump();
        continue;
      }
      const { entries } = entriesSchema.parse(await answer.body.json());
      for (const { name, link } of entries) if (link !== undefined) shown.set(link, `${path}/${name}`);
    }
    return this.#stock.inboxPaths().flatMap(({ url, path }) => (shown.get(url) === path ? [] : [path]));
  }
}
