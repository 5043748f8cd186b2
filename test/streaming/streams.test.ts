import { expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { StreamRecord } from '../../src/streaming/streams.ts';
import { StreamRegistry } from '../../src/streaming/streams.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { content } from './fake-upstream.ts';

function begin(registry: StreamRegistry, start = 0): StreamRecord {
  return registry.begin(content({ size: 1_000_000 }), {
    range: { start, end: 1_000_000 },
    priority: 'viewer',
    client: '127.0.0.1 (Kodi)',
  });
}

it('an active stream shows its position, where its bytes came from, and what had to be healed', () => {
  const registry = new StreamRegistry(new FakeClock());
  const stream = begin(registry, 500);
  stream.delivered(100, 'memory');
  stream.delivered(20, 'disk');
  stream.delivered(3, 'upstream');
  stream.healed({ action: 'link-renewed', reason: 'the link was refused (403)' });
  stream.healed({ action: 'resumed', reason: 'the connection was cut' });
  expect(registry.active()).toMatchObject([
    {
      client: '127.0.0.1 (Kodi)',
      position: 623,
      bytes: { memory: 100, disk: 20, upstream: 3 },
      renewals: 1,
      retries: 1,
      lastProblem: 'the connection was cut',
    },
  ]);
  stream.ended(null);
  expect(registry.active()).toEqual([]);
  expect(registry.totals()).toMatchObject({
    opened: 1,
    failed: 0,
    abandoned: 0,
    delivered: { memory: 100, disk: 20, upstream: 3 },
    healings: { 'link-renewed': 1, resumed: 1 },
  });
});

it('the rate of a stream is that of its last ten seconds', async () => {
  const clock = new FakeClock();
  const registry = new StreamRegistry(clock);
  const stream = begin(registry);
  for (let second = 0; second < 20; second += 1) {
    stream.delivered(second < 10 ? 5000 : 1000, 'memory');
    await clock.advance(1000);
  }
  expect(registry.active()[0]?.rate).toBe(900);
  await clock.advance(60_000);
  expect(registry.active()[0]?.rate).toBe(0);
});

it('streams that failed are remembered with why, the newest first, up to a limit', () => {
  const registry = new StreamRegistry(new FakeClock());
  for (let turn = 0; turn < 200; turn += 1) {
    begin(registry).ended(new BridgeError('patience-exhausted', `failure ${turn}`));
  }
  begin(registry).ended(new BridgeError('cancelled', 'the client has gone'));
  const failed = registry.failed();
  expect(failed).toHaveLength(50);
  expect(failed[0]).toMatchObject({ kind: 'patience-exhausted', lastProblem: 'failure 199' });
  expect(registry.totals()).toMatchObject({ opened: 201, failed: 200, abandoned: 1 });
});
