import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { CacheStatus } from '../http/operations/insight.ts';
import type { LinkSource } from '../links/link.ts';
import { isPublicAddress, literalAddress } from '../streaming/address-guard.ts';
import { DEFAULT_LAYOUT } from '../streaming/block.ts';
import { BlockCache } from '../streaming/block-cache.ts';
import { CachedContentReader } from '../streaming/cached-reader.ts';
import { ConnectionBudget } from '../streaming/connection-budget.ts';
import { DiskStore } from '../streaming/disk-store.ts';
import { createStorageDispatcher } from '../streaming/storage-dispatcher.ts';
import { keepFreedMemory } from '../streaming/freed-memory.ts';
import { StreamRegistry } from '../streaming/streams.ts';
import { UpstreamReader } from '../streaming/upstream-reader.ts';
import type { Surroundings } from './surroundings.ts';
import { ADDRESS_FAMILIES, CONNECT_TIMEOUT_MS } from './outbound.ts';
import { openAll, type Teardown } from './teardown.ts';

/** What turns a file of the library into bytes. */
export interface StreamingParts {
  readonly reader: CachedContentReader;
  readonly streams: StreamRegistry;
  cache(): CacheStatus;
  close(): Promise<void>;
}

export function openStreaming(
  settings: Settings,
  surroundings: Surroundings,
  links: LinkSource,
): Promise<StreamingParts> {
  return openAll(async (teardown) => {
    keepFreedMemory();
    const { clock } = surroundings;
    const layout = { ...DEFAULT_LAYOUT, blockSize: settings.blockSize };
    const disk = await openDisk(settings, surroundings, teardown);
    const cache = new BlockCache({ layout, memoryBytes: settings.cacheMemory, disk });
    const streams = new StreamRegistry(clock);
    const reader = new CachedContentReader({
      upstream: openUpstream(settings, surroundings, links, teardown),
      cache,
      streams,
      readAhead: { budgetBytes: settings.readAhead, largestWindow: settings.readAheadWindow },
      sequentialDiskBytes: settings.cacheDiskSequential,
      mode: settings.cacheMode,
      clock,
    });
    teardown.onClose(() => reader.close());
    return {
      reader,
      streams,
      cache: () => ({ memory: cache.memoryFill(), disk: disk?.fill() ?? null }),
      close: () => teardown.close(),
    };
  });
}

async function openDisk(
  settings: Settings,
  { clock, logger }: Surroundings,
  teardown: Teardown,
): Promise<DiskStore | null> {
  if (settings.cacheDisk === 0) return null;
  const disk = await DiskStore.open({
    directory: join(settings.dataDir, 'blocks'),
    budgetBytes: settings.cacheDisk,
    blockSize: settings.blockSize,
    clock,
    onProblem: (message) => logger.warn(message),
  });
  teardown.onClose(() => disk.close());
  return disk;
}

function openUpstream(
  settings: Settings,
  { clock, random }: Surroundings,
  links: LinkSource,
  teardown: Teardown,
): UpstreamReader {
  const allowPrivateHosts = isPrivateHost(new URL(settings.apiUrl));
  const dispatcher = createStorageDispatcher({
    allowPrivateHosts,
    family: ADDRESS_FAMILIES[settings.addressFamily],
    connections: settings.connections,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  teardown.onClose(() => dispatcher.destroy());
  return new UpstreamReader({
    links,
    budget: new ConnectionBudget(clock, {
      total: settings.connections,
      perFile: settings.connectionsPerFile,
    }),
    random,
    patienceMs: settings.patience,
    dispatcher,
    clock,
    stallMs: settings.stallTime,
    allowPrivateHosts,
  });
}

/** An API in a private network (the emulator) has its storage hosts there too; the real one never sends us there. */
function isPrivateHost(url: URL): boolean {
  const address = literalAddress(url);
  return address === null ? url.hostname === 'localhost' : !isPublicAddress(address);
}
