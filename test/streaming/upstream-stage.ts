import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { BridgeError } from '../../src/errors.ts';
import type { DirectLink, LinkSource } from '../../src/links/link.ts';
import type { LinkUse } from '../../src/links/link-trials.ts';
import { ConnectionBudget } from '../../src/streaming/connection-budget.ts';
import type { Content, Healing } from '../../src/streaming/content.ts';
import { createStorageDispatcher } from '../../src/streaming/storage-dispatcher.ts';
import type { UpstreamReadParts } from '../../src/streaming/upstream-read.ts';
import { UpstreamReader } from '../../src/streaming/upstream-reader.ts';
import { contentOf, ScriptedStorage } from './scripted-storage.ts';

export const SIZE = 3_000_000;
export const BYTES = contentOf(SIZE);
export const FILE: Content = {
  id: 'a'.repeat(20),
  version: 'v1',
  size: SIZE,
  url: 'https://1fichier.com/?aaaaaaaaaaaaaaaaaaaa',
  name: 'film.mkv',
  contentType: 'video/x-matroska',
};

/** Links to the storage host; counts what is minted, as the link cache would. */
class CountingLinks implements LinkSource {
  minted = 0;
  accepted = 0;
  failures: BridgeError[] = [];
  address: (count: number) => string;
  #current: DirectLink | null = null;

  constructor(address: (count: number) => string) {
    this.address = address;
  }

  get(): Promise<DirectLink> {
    if (this.#current !== null) return Promise.resolve(this.#current);
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    this.minted += 1;
    this.#current = { address: this.address(this.minted), mintedAt: this.minted };
    return Promise.resolve(this.#current);
  }

  use(): Promise<LinkUse> {
    return Promise.resolve({ over: () => undefined });
  }

  doubt(_: string, link: DirectLink): void {
    this.refuse(_, link);
  }

  refuse(_: string, link: DirectLink): void {
    if (link === this.#current) this.#current = null;
  }

  accept(): void {
    this.accepted += 1;
  }
}

/** A scripted storage host, and all that a reader of it needs. */
export class UpstreamStage {
  readonly storage: ScriptedStorage;
  readonly links: CountingLinks;
  readonly healings: Healing[] = [];
  budget = new ConnectionBudget(systemClock, { total: 12, perFile: 3 });
  readonly #dispatcher = createStorageDispatcher({
    allowPrivateHosts: true,
    connections: 12,
    connectTimeoutMs: 5_000,
  });

  private constructor(storage: ScriptedStorage) {
    this.storage = storage;
    this.links = new CountingLinks((count) => `${storage.url}/p${count}`);
  }

  static async start(): Promise<UpstreamStage> {
    const storage = new ScriptedStorage(BYTES);
    await storage.start();
    return new UpstreamStage(storage);
  }

  /** Ends it, with no connection left over. */
  async stop(): Promise<void> {
    await this.#dispatcher.destroy();
    await this.storage.stop();
    expect(this.budget.open).toBe(0);
    expect(this.budget.waiting).toBe(0);
  }

  reader(options: Partial<UpstreamReadParts> = {}): UpstreamReader {
    return new UpstreamReader({
      links: this.links,
      dispatcher: this.#dispatcher,
      budget: this.budget,
      clock: systemClock,
      random: () => 0,
      stallMs: 10_000,
      patienceMs: 60_000,
      allowPrivateHosts: true,
      ...options,
    });
  }

  async read(
    start = 0,
    end = SIZE,
    options: Partial<UpstreamReadParts> = {},
    content = FILE,
  ): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const onHealed = (healing: Healing): void => void this.healings.push(healing);
    const request = { priority: 'viewer', onHealed } as const;
    const bytes = this.reader(options).read(content, { start, end }, request);
    for await (const chunk of bytes) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async expectExact(start = 0, end = SIZE, options: Partial<UpstreamReadParts> = {}): Promise<void> {
    const bytes = await this.read(start, end, options);
    expect(bytes.equals(BYTES.subarray(start, end))).toBe(true);
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
