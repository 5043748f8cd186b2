import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runProgram } from '../support/program.ts';
import { Workplace } from './bridge-process.ts';

let workplace: Workplace;

beforeEach(() => {
  workplace = new Workplace();
});

afterEach(() => workplace.clear());

const FILM = '/library/Movies/Gradients%20(2021)/Gradients%20(2021)%201080p.mp4';

test('serve without a key says in one line that it is the demo and where, and streams its films', async () => {
  const bridge = workplace.start(['serve', '--port', '0']);
  const address = await bridge.ready();

  const film = readFileSync('src/emulator/media/film.mp4');
  const answer = await fetch(new URL(FILM, address), { headers: { range: 'bytes=1000-4999' } });
  expect(answer.status).toBe(206);
  expect(answer.headers.get('content-range')).toBe(`bytes 1000-4999/${film.length}`);
  expect(Buffer.from(await answer.arrayBuffer()).equals(film.subarray(1000, 5000))).toBe(true);
  expect(await (await fetch(new URL('/library/', address))).text()).toContain('Movies/');
  const dav = await fetch(new URL('/dav/Movies/', address), { method: 'OPTIONS' });
  expect(dav.headers.get('dav')).toContain('1');

  bridge.child.kill('SIGTERM');
  const { code, stdout } = await bridge.ended;
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n')).toEqual([`Demo library, until FICHIER_API_KEY is set: ${address}`]);
}, 90_000);

test('the demo keeps to a directory of its own, and the data directory is its owner’s alone', async () => {
  const bridge = workplace.start(['demo', '--port', '0'], {
    BRIDGE_DATA_DIR: join(workplace.dataDir, 'new'),
  });
  await bridge.ready();
  const made = join(workplace.dataDir, 'new');
  expect(statSync(made).mode & 0o777).toBe(0o700);
  expect(statSync(join(made, 'demo', 'bridge.db')).mode & 0o777).toBe(0o600);
  expect(() => statSync(join(made, 'bridge.db'))).toThrow('ENOENT');
}, 90_000);

test('ls shows the demo that runs, without a key', async () => {
  const bridge = workplace.start(['demo', '--port', '0']);
  await bridge.ready();
  const { code, stdout } = await workplace.run(['ls', '/Music']);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'The Oscillators/\n' });
}, 90_000);

test('a reader of the output who has had enough is no fault', async () => {
  const bridge = workplace.start(['demo', '--port', '0']);
  await bridge.ready();
  const listing = `BRIDGE_DATA_DIR='${workplace.dataDir}' '${process.execPath}' dist/main.js ls -R`;
  const { code, stderr } = await runProgram('bash', ['-o', 'pipefail', '-c', `${listing} | true`]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}, 90_000);

test('a demo after another in the same place starts anew, though the first was killed', async () => {
  const first = workplace.start(['demo', '--port', '0']);
  const before = await first.ready();
  expect((await fetch(new URL(FILM, before))).status).toBe(200);
  first.child.kill('SIGKILL');
  await first.ended;
  const second = workplace.start(['demo', '--port', '0']);
  const answer = await fetch(new URL(FILM, await second.ready()));
  expect(answer.status).toBe(200);
  expect((await answer.arrayBuffer()).byteLength).toBe(statSync('src/emulator/media/film.mp4').size);
}, 120_000);
