import { setTimeout as pause } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { Loopback, type LentContent } from '../../src/media/loopback.ts';

const BYTES = Buffer.from('0123456789');

const loopback = new Loopback();
afterAll(() => loopback.close());

function content(open?: LentContent['open']): LentContent {
  return {
    size: BYTES.length,
    contentType: 'video/mp4',
    open: open ?? (({ start, end }) => Promise.resolve(Readable.from([BYTES.subarray(start, end)]))),
  };
}

async function read(address: string, range?: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(address, { headers: range === undefined ? {} : { range } });
  return { status: answer.status, text: await answer.text() };
}

describe('a lent content', () => {
  it('is read whole and in ranges, at its own address of this machine alone', async () => {
    const loan = await loopback.lend(content());
    expect(loan.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}$/);
    expect(await read(loan.address)).toEqual({ status: 200, text: '0123456789' });
    expect(await read(loan.address, 'bytes=7-')).toEqual({ status: 206, text: '789' });
    expect((await read(loan.address, 'bytes=99-')).status).toBe(416);
    expect((await read(`${loan.address}x`)).status).toBe(404);
    expect(loan.failure).toBeNull();
  });

  it('cannot be read any more once the loan has ended', async () => {
    const loan = await loopback.lend(content());
    loan.end();
    expect((await read(loan.address)).status).toBe(404);
  });

  it('that cannot be opened says why to whom lent it, not to the program', async () => {
    const locked = new BridgeError('flood-locked', 'locked');
    const loan = await loopback.lend(content(() => Promise.reject(locked)));
    expect(await read(loan.address)).toEqual({ status: 502, text: '' });
    expect(loan.failure).toBe(locked);
  });

  it('that breaks off, whatever it calls that, has failed', async () => {
    const endings: (() => Readable)[] = [
      () => failing(new BridgeError('patience-exhausted', 'too slow')),
      () => failing(new BridgeError('cancelled', 'someone else gave up')),
      () => failing(null),
    ];
    const kinds: unknown[] = [];
    for (const ending of endings) {
      const loan = await loopback.lend(content(() => Promise.resolve(ending())));
      await expect(read(loan.address)).rejects.toThrow();
      kinds.push(loan.failure?.kind);
    }
    expect(kinds).toEqual(['patience-exhausted', 'upstream-unavailable', 'upstream-unavailable']);
  });

  it('that a program leaves in the middle is given up, and has not failed', async () => {
    let signal: AbortSignal | undefined;
    const endless = (_range: unknown, given: AbortSignal): Promise<Readable> => {
      signal = given;
      return Promise.resolve(new Readable({ read: () => undefined, signal: given }));
    };
    const loan = await loopback.lend(content(endless));
    const leaving = new AbortController();
    const asked = fetch(loan.address, { signal: leaving.signal });
    await expect.poll(() => signal !== undefined).toBe(true);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(() => signal?.aborted).toBe(true);
    await pause(0);
    expect(loan.failure).toBeNull();
  });
});

/** Ends after three bytes: with an error, or as if someone had destroyed it. */
function failing(error: Error | null): Readable {
  const body = new Readable({ read: () => undefined });
  body.push(BYTES.subarray(0, 3));
  setTimeout(() => body.destroy(error ?? undefined), 20);
  return body;
}
