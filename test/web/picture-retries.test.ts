import { describe, expect, it } from 'vitest';
import { PictureRetries } from '../../src/web/client/browse/picture-retries.ts';
import { FakeClock } from '../support/fake-clock.ts';

const ADDRESS = 'http://bridge/media/abc/thumbnail.jpg?width=160';

const later = (seconds: number) => () =>
  new Response('{}', { status: 503, headers: { 'retry-after': String(seconds) } });
const made = () => new Response('a picture');

/** A bridge that answers so, one after the other, and then the last for ever. */
function waiting(...answers: readonly (() => Response)[]) {
  const clock = new FakeClock();
  const leave = new AbortController();
  let asked = 0;
  const retries = new PictureRetries({
    clock,
    fetch: (_address, options) => {
      options?.signal?.throwIfAborted();
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer === undefined) throw new Error('the test gives no answer');
      return Promise.resolve(answer());
    },
  });
  let outcome: boolean | 'waits' = 'waits';
  void retries.whenMade(ADDRESS, leave.signal).then((isMade) => (outcome = isMade));
  return {
    leave,
    asked: () => asked,
    after: async (ms: number) => {
      await clock.advance(ms);
      return outcome;
    },
  };
}

describe('a picture that did not load', () => {
  it('is looked at again when the bridge said, and not before', async () => {
    const { after, asked } = waiting(later(10), made);
    expect(await after(9_999)).toBe('waits');
    expect(asked()).toBe(1);
    expect(await after(1)).toBe(true);
    expect(asked()).toBe(2);
  });

  it('is shown at once when it has been made meanwhile', async () => {
    expect(await waiting(made).after(0)).toBe(true);
  });

  it.each([
    ['there is none in the file', () => new Response('{}', { status: 404 })],
    ['the bridge has no ffmpeg', () => new Response('{}', { status: 501 })],
    ['the bridge does not say when', () => new Response('{}', { status: 503 })],
    ['it is hours until then', later(7200)],
    ['no answer comes', () => Response.error()],
  ])('is given up at once when %s', async (_what, answer) => {
    const { after, asked } = waiting(answer);
    expect(await after(0)).toBe(false);
    expect(asked()).toBe(1);
  });

  it('is given up after a few looks', async () => {
    const { after, asked } = waiting(later(5));
    expect(await after(3_600_000)).toBe(false);
    expect(asked()).toBe(4);
  });

  it('is not asked for any more once it is out of sight', async () => {
    const { after, asked, leave } = waiting(later(5), made);
    await after(1_000);
    leave.abort();
    expect(await after(60_000)).toBe(false);
    expect(asked()).toBe(1);
  });
});
