import { expect, test } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { LinkSource } from '../../src/links/link.ts';
import { NextLinkPrefetch } from '../../src/links/prefetch.ts';
import { FakeClock } from '../support/fake-clock.ts';

const EPISODE = { url: 'https://1fichier.com/?episode1', size: 1_000_000 };
const LAST = { url: 'https://1fichier.com/?episode2', size: 1_000_000 };

function startPrefetch(get?: LinkSource['get']) {
  const asked: string[] = [];
  const failures: BridgeError[] = [];
  const clock = new FakeClock();
  const prefetch = new NextLinkPrefetch({
    links: {
      get: (url, request) => {
        asked.push(`${request.priority} ${url}`);
        return get?.(url, request) ?? Promise.resolve({ address: 'https://a-1.example/p', mintedAt: 0 });
      },
    },
    clock,
    nextFile: ({ url }: typeof EPISODE) => (url === EPISODE.url ? LAST.url : null),
    remainingShare: 0.05,
    remainingMs: 60_000,
    onFailure: (error) => failures.push(error),
  });
  return { prefetch, asked, failures, clock };
}

test('nothing is minted in the middle of an episode', () => {
  const { prefetch, asked } = startPrefetch();
  prefetch.progressed(EPISODE, 500_000, 1000);
  expect(asked).toEqual([]);
});

test('the next link is minted once in the last part, with the lowest priority', () => {
  const { prefetch, asked } = startPrefetch();
  prefetch.progressed(EPISODE, 950_000, 0);
  prefetch.progressed(EPISODE, 960_000, 0);
  expect(asked).toEqual([`prefetch ${LAST.url}`]);
});

test('a fast reader counts as near the end earlier', () => {
  const { prefetch, asked } = startPrefetch();
  prefetch.progressed(EPISODE, 500_000, 9_000);
  expect(asked).toEqual([`prefetch ${LAST.url}`]);
});

test('the last episode has nothing after it', () => {
  const { prefetch, asked } = startPrefetch();
  prefetch.progressed(LAST, 999_999, 0);
  expect(asked).toEqual([]);
});

test('an episode played again later asks again', async () => {
  const { prefetch, asked, clock } = startPrefetch();
  prefetch.progressed(EPISODE, 950_000, 0);
  await clock.advance(3_600_000);
  prefetch.progressed(EPISODE, 950_000, 0);
  expect(asked).toHaveLength(2);
});

test('a failure is reported and harms nobody', async () => {
  const { prefetch, failures, clock } = startPrefetch(() =>
    Promise.reject(new BridgeError('flood-locked', 'locked')),
  );
  prefetch.progressed(EPISODE, 950_000, 0);
  await clock.advance(0);
  expect(failures.map((error) => error.kind)).toEqual(['flood-locked']);
});
