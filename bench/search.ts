import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { Client } from 'undici';
import { systemClock } from '../src/clock.ts';
import { libraryRoutes } from '../src/http/api/library-routes.ts';
import { UrlSigner } from '../src/http/auth/url-signer.ts';
import { catalogueSchema } from '../src/library/catalogue-schema.ts';
import { defaultLibrarySettings, MirroredLibrary } from '../src/library/mirrored-library.ts';
import { openDatabase } from '../src/store/database.ts';
import { silentApi } from '../test/support/silent-api.ts';
import { quantile } from './statistics.ts';

/**
 * How long `/api/v1/search` takes over HTTP in a library of a million files, as the page asks it, and for how long a search
 * holds up everything else: `tsx bench/search.ts [catalogue]`, where a catalogue is what `bench/catalogue.ts` fills.
 */
const FILES = 1_000_000;
const ROUNDS = 40;
/** What the page asks for. */
const LIMIT = 200;
const QUERIES: readonly (readonly [what: string, text: string, kind?: string])[] = [
  ['in every name', 'the'],
  ['common', 'amber'],
  ['common, half typed', 'ambe'],
  ['several common', 'the castle river garden'],
  ['with accents', 'ámbèr fâlcon'],
  ['one letter', 'm'],
  ['two letters', 'mk th'],
  ['rare', 'no12345'],
  ['rare among common', 'the amber no99999'],
  ['inside words', 'astle'],
  ['inside several words', 'mbe mirr copp'],
  ['one kind of it', 'amber', 'video'],
  ['a kind it has not', 'amber', 'audio'],
  ['nowhere', 'zzzz'],
  ['nowhere, of common words', 'amber river castle north winter silent garden mirror'],
];

async function measure(path: string): Promise<void> {
  const library = new MirroredLibrary({
    database: openDatabase(path, [catalogueSchema]),
    api: silentApi(),
    clock: systemClock,
    rootId: 0,
    settings: defaultLibrarySettings,
  });
  const server = fastify();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  const signer = new UrlSigner(randomBytes(32).toString('hex'));
  await server.register(libraryRoutes, { library, signer });
  const client = new Client(await server.listen({ host: '127.0.0.1', port: 0 }));
  for (const query of QUERIES) await report(client, query);
  await client.close();
  await server.close();
}

async function report(client: Client, [what, text, kind]: (typeof QUERIES)[number]): Promise<void> {
  const parameters = new URLSearchParams({
    q: text,
    limit: String(LIMIT),
    ...(kind !== undefined && { kind }),
  });
  const path = `/search?${parameters.toString()}`;
  const held = monitorEventLoopDelay({ resolution: 1 });
  const times: number[] = [];
  let found = 0;
  held.enable();
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    const { body } = await client.request({ method: 'GET', path });
    found = ((await body.json()) as { entries: unknown[] }).entries.length;
    times.push(performance.now() - begun);
  }
  held.disable();
  times.sort((a, b) => a - b);
  const at = (share: number): string => `${quantile(times, share).toFixed(1)} ms`;
  const line = [
    `${what} (${text})`.padEnd(64),
    `${found} found`.padStart(10),
    `p50 ${at(0.5)}`.padStart(14),
    `p99 ${at(0.99)}`.padStart(14),
    `event loop held ${(held.max / 1e6).toFixed(0)} ms at most`.padStart(32),
  ];
  process.stdout.write(`${line.join(' ')}\n`);
}

const given = process.argv[2];
if (given !== undefined) {
  await measure(given);
} else {
  const directory = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
  const path = join(directory, 'catalogue.db');
  const fill = [join(import.meta.dirname, 'catalogue.ts'), String(FILES), path];
  spawnSync(process.execPath, [...process.execArgv, ...fill], { stdio: 'inherit' });
  await measure(path);
  rmSync(directory, { recursive: true });
}
