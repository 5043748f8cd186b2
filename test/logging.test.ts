import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger, secretScrubber } from '../src/logging.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-log-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test('keys, tokens, authorization headers and direct links never reach a line, wherever they stand', () => {
  const file = join(directory, 'log');
  const descriptor = openSync(file, 'w');
  const log = createLogger({ level: 'info', format: 'json', descriptor, secrets: ['KEY-1234', null] });
  log.info({ apiKey: 'KEY-1234', req: { headers: { authorization: 'Bearer abc.def' } } }, 'started');
  log.warn({ err: new Error('GET https://a-36.1fichier.com/p2011701355?inline with KEY-1234') }, 'failed');
  log.info('GET /stream/x/y.mkv?sig=feedface&exp=1');
  closeSync(descriptor);

  const lines = readFileSync(file, 'utf8');
  expect(lines.trim().split('\n')).toHaveLength(3);
  for (const secret of ['KEY-1234', 'abc.def', 'p2011701355', 'feedface'])
    expect(lines).not.toContain(secret);
  expect(lines).toContain('exp=1');
});

test('addresses of the bridge itself are not mistaken for direct links', () => {
  const scrub = secretScrubber([]);
  expect(scrub('http://127.0.0.1:8787/stream/abc/film.mkv')).toBe(
    'http://127.0.0.1:8787/stream/abc/film.mkv',
  );
});

test.each(['json', 'pretty'] as const)('a full disk costs %s lines and nothing else', (format) => {
  const descriptor = openSync('/dev/full', 'w');
  const log = createLogger({ level: 'info', format, descriptor });
  for (let line = 0; line < 5000; line += 1) log.info({ line, filler: 'x'.repeat(1000) }, 'written in vain');
  closeSync(descriptor);
  expect(log.level).toBe('info');
});
