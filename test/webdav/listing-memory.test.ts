import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { forgetPeak, peakResidentBytes, residentBytes } from '../support/process-memory.ts';
import { makeLargeCatalogue } from './large-catalogue.ts';

const ENTRIES = 50_000;
const MOST_ABOVE_IDLE = 64 * 2 ** 20;

let directory: string;
let server: ChildProcess;
let port: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'listing-memory-'));
  const catalogue = join(directory, 'bridge.db');
  makeLargeCatalogue(catalogue, [ENTRIES]);
  port = await freePort();
  const script = join(import.meta.dirname, 'catalogue-server.ts');
  server = spawn(process.execPath, ['--import', 'tsx', script, catalogue, String(port)], {
    stdio: 'inherit',
  });
  const answers = (): Promise<boolean> =>
    propfind('0').then(
      (answer) => {
        answer.resume();
        return true;
      },
      () => false,
    );
  await expect.poll(answers, { timeout: 60_000, message: 'the server does not answer' }).toBe(true);
}, 120_000);

afterEach(async () => {
  const ended = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGKILL');
  await ended;
  await rm(directory, { recursive: true, force: true });
});

function propfind(depth: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port, path: '/dav/folder-1/', method: 'PROPFIND', headers: { depth } },
      resolve,
    )
      .once('error', reject)
      .end();
  });
}

test(
  `a listing of ${ENTRIES} entries takes less than 64 MiB, and one that nobody reads waits`,
  { timeout: 60_000 },
  async () => {
    const pid = server.pid ?? 0;
    const idle = residentBytes(pid);
    forgetPeak(pid);
    const unread = await propfind('1');
    const read = await propfind('1');
    let bytes = 0;
    for await (const chunk of read as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).toBeGreaterThan(ENTRIES * 500);
    expect(peakResidentBytes(pid) - idle).toBeLessThan(MOST_ABOVE_IDLE);
    unread.destroy();
  },
);
