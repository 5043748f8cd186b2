/** Writes blocks over and over until it is killed: `disk-writer.ts DIRECTORY SEED`. */
import { systemClock } from '../../src/clock.ts';
import { Block, contentKey } from '../../src/streaming/block.ts';
import { DiskStore } from '../../src/streaming/disk-store.ts';
import { bytesOf } from './fake-upstream.ts';

const BLOCK = 16 * 1024;
const [directory = '', seed = '0'] = process.argv.slice(2);
const store = await DiskStore.open({
  directory,
  budgetBytes: 16 * BLOCK,
  blockSize: BLOCK,
  clock: systemClock,
  onProblem: (message) => process.stderr.write(`${message}\n`),
});
process.stdout.write('writing\n');
for (let turn = Number(seed); ; turn += 1) {
  const version = turn % 3 === 0 ? 'v1' : 'v2';
  const index = (turn * 7) % 24;
  const start = index * BLOCK;
  const block = Block.of(index, start, bytesOf(`film-${version}`, start, start + BLOCK));
  store.write({ content: contentKey({ id: 'film', version }), index, kept: index < 2 }, block);
  await store.flush();
}
