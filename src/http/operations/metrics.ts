import type { FastifyPluginCallback } from 'fastify';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../clock.ts';
import type { Library } from '../../library/library.ts';
import type { CacheFill } from '../../streaming/block-cache.ts';
import type { FileServer } from '../file-server.ts';
import type { Insight } from './insight.ts';

interface MetricsParts {
  readonly registry: Registry;
  readonly insight: Insight;
  readonly library: Pick<Library, 'crawlStatus'>;
  readonly files: FileServer;
  readonly clock: Clock;
}

/** `/metrics` in the Prometheus text format. Labels come from closed sets: no name of a file ever is one. */
export const metricsRoute: FastifyPluginCallback<MetricsParts> = (server, parts, done) => {
  const { registry } = parts;
  describeApi(parts);
  describeLinks(parts);
  describeStreams(parts);
  describeCache(parts);
  describeMirror(parts);
  server.get('/metrics', async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  done();
};

function describeApi({ registry, insight, clock }: MetricsParts): void {
  counter(registry, 'api_calls_total', 'Calls sent to the 1fichier API', ['call'], (add) => {
    for (const [call, count] of Object.entries(insight.budget().calls)) add(count, { call });
  });
  gauge(registry, 'api_queue', 'Calls that wait for their turn', ['priority'], (set) => {
    for (const [priority, count] of Object.entries(insight.budget().queued)) set(count, { priority });
  });
  gauge(registry, 'api_calls_per_second', 'Calls per second allowed at the moment', [], (set) => {
    set(insight.budget().callsPerSecond);
  });
  gauge(registry, 'api_lock_seconds', 'Seconds until the API lock ends; 0: not locked', [], (set) => {
    const { lockedUntil } = insight.budget();
    set(lockedUntil === null ? 0 : Math.max(0, (lockedUntil - clock.now()) / 1000));
  });
}

function describeLinks({ registry, insight }: MetricsParts): void {
  counter(registry, 'links_total', 'Direct links by what became of them', ['outcome'], (add) => {
    const { minted, reused, refused, failed } = insight.links();
    for (const [outcome, count] of Object.entries({ minted, reused, refused, failed }))
      add(count, { outcome });
  });
  gauge(registry, 'link_life_seconds', 'Learned life of a direct link', ['bound'], (set) => {
    const { longestServedMs, shortestRefusedMs } = insight.links();
    if (longestServedMs !== null) set(longestServedMs / 1000, { bound: 'longest_served' });
    if (shortestRefusedMs !== null) set(shortestRefusedMs / 1000, { bound: 'shortest_refused' });
  });
}

function describeStreams({ registry, insight, files }: MetricsParts): void {
  gauge(registry, 'streams_active', 'Reads of files under way', [], (set) =>
    set(insight.streams.active().length),
  );
  gauge(registry, 'responses_active', 'File bodies on their way to clients', [], (set) => set(files.active));
  counter(registry, 'served_bytes_total', 'Bytes of files handed to clients', [], (add) =>
    add(files.bytesServed),
  );
  counter(registry, 'read_bytes_total', 'Bytes of files read, by where they were', ['source'], (add) => {
    const { memory, disk, upstream } = insight.streams.totals().delivered;
    for (const [source, bytes] of Object.entries({ memory, disk, upstream })) add(bytes, { source });
  });
  counter(registry, 'fetched_bytes_total', 'Bytes fetched from 1fichier, read-ahead included', [], (add) => {
    add(insight.streams.totals().fetched);
  });
  counter(registry, 'streams_total', 'Reads of files by how they went', ['event'], (add) => {
    const { opened, failed, abandoned } = insight.streams.totals();
    for (const [event, count] of Object.entries({ opened, failed, abandoned })) add(count, { event });
  });
  counter(registry, 'healings_total', 'Faults of the storage host that no client saw', ['action'], (add) => {
    for (const [action, count] of Object.entries(insight.streams.totals().healings)) add(count, { action });
  });
}

function describeCache({ registry, insight }: MetricsParts): void {
  const eachTier = (report: (tier: 'memory' | 'disk', fill: CacheFill) => void): void => {
    const { memory, disk } = insight.cache();
    report('memory', memory);
    if (disk !== null) report('disk', disk);
  };
  gauge(registry, 'cache_bytes', 'Bytes of blocks in the cache', ['tier'], (set) => {
    eachTier((tier, { bytes }) => set(bytes, { tier }));
  });
  gauge(registry, 'cache_budget_bytes', 'Bytes that blocks may take', ['tier'], (set) => {
    eachTier((tier, { budgetBytes }) => set(budgetBytes, { tier }));
  });
  counter(registry, 'cache_evictions_total', 'Blocks dropped to make room', ['tier'], (add) => {
    eachTier((tier, { evictions }) => add(evictions, { tier }));
  });
  gauge(
    registry,
    'cache_disk_on',
    '1: blocks are kept on disk; 0: not, by setting or by failure',
    [],
    (set) => {
      set(insight.cache().disk?.state === 'on' ? 1 : 0);
    },
  );
}

function describeMirror({ registry, library }: MetricsParts): void {
  gauge(registry, 'library_folders', 'Folders of the library', ['state'], (set) => {
    const { foldersKnown, foldersListed, foldersPending, foldersAtCap } = library.crawlStatus();
    set(foldersKnown, { state: 'known' });
    set(foldersListed, { state: 'listed' });
    set(foldersPending, { state: 'pending' });
    set(foldersAtCap, { state: 'at_cap' });
  });
  gauge(registry, 'library_files', 'Files of the library', [], (set) =>
    set(library.crawlStatus().filesKnown),
  );
  gauge(registry, 'library_entries_missing', 'Entries that wait for a second look', [], (set) => {
    set(library.crawlStatus().entriesMissing);
  });
}

type Report<Label extends string> = (value: number, labels?: Record<Label, string>) => void;

const PREFIX = 'fichier_bridge_';

/** A gauge that is read at the moment it is asked for. */
function gauge<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: (set: Report<Label>) => void,
): void {
  new Gauge<Label>({
    name: PREFIX + name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      read((value, labels) => (labels === undefined ? this.set(value) : this.set(labels, value)));
    },
  });
}

/** A counter whose count is kept elsewhere. */
function counter<Label extends string>(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly Label[],
  read: (add: Report<Label>) => void,
): void {
  new Counter<Label>({
    name: PREFIX + name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      read((value, labels) => (labels === undefined ? this.inc(value) : this.inc(labels, value)));
    },
  });
}
