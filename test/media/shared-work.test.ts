import { describe, expect, it } from 'vitest';
import { SharedWork } from '../../src/media/shared-work.ts';

/** Work that ends when the test says so. */
function openWork() {
  const begun: { resolve: (value: string) => void; reject: (error: Error) => void; signal: AbortSignal }[] =
    [];
  const begin = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => begun.push({ resolve, reject, signal }));
  const at = (index: number) => {
    const one = begun[index];
    if (one === undefined) throw new Error(`work ${index} was not begun`);
    return one;
  };
  return { begin, at, count: () => begun.length };
}

describe('shared work', () => {
  it('is done once for all who ask meanwhile, and again for who asks later', async () => {
    const shared = new SharedWork<string>();
    const work = openWork();
    const both = Promise.all([shared.do('a', undefined, work.begin), shared.do('a', undefined, work.begin)]);
    expect(work.count()).toBe(1);
    work.at(0).resolve('made');
    expect(await both).toEqual(['made', 'made']);
    void shared.do('a', undefined, work.begin);
    expect(work.count()).toBe(2);
  });

  it('goes on for those who wait when one of them gives up', async () => {
    const shared = new SharedWork<string>();
    const work = openWork();
    const leaving = new AbortController();
    const left = shared.do('a', leaving.signal, work.begin);
    const stays = shared.do('a', new AbortController().signal, work.begin);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    expect(work.at(0).signal.aborted).toBe(false);
    work.at(0).resolve('made');
    expect(await stays).toBe('made');
  });

  it('is given up with the last who waits, and begun anew for who asks then, whatever becomes of the old', async () => {
    const shared = new SharedWork<string>();
    const work = openWork();
    const leaving = new AbortController();
    const left = shared.do('a', leaving.signal, work.begin);
    leaving.abort();
    expect(work.at(0).signal.aborted).toBe(true);
    const next = shared.do('a', undefined, work.begin);
    work.at(0).reject(new Error('killed'));
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    work.at(1).resolve('made');
    expect(await next).toBe('made');
  });

  it('fails for all who wait and is not remembered as failed', async () => {
    const shared = new SharedWork<string>();
    const work = openWork();
    const failed = shared.do('a', undefined, work.begin);
    work.at(0).reject(new Error('no'));
    await expect(failed).rejects.toThrow('no');
    const again = shared.do('a', undefined, work.begin);
    work.at(1).resolve('yes');
    expect(await again).toBe('yes');
  });

  it('is not begun for who has given up already', async () => {
    const work = openWork();
    const asked = new SharedWork<string>().do('a', AbortSignal.abort(), work.begin);
    await expect(asked).rejects.toMatchObject({ kind: 'cancelled' });
    expect(work.count()).toBe(0);
  });
});
