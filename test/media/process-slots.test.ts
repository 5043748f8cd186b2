import { describe, expect, it } from 'vitest';
import { ProcessSlots } from '../../src/media/process-slots.ts';
import { FakeClock } from '../support/fake-clock.ts';

const forever = new AbortController().signal;

function slots(limits: Partial<ConstructorParameters<typeof ProcessSlots>[0]> = {}) {
  const clock = new FakeClock();
  const all = { processes: 1, waiting: 10, patienceMs: 1000, ...limits };
  return { clock, slots: new ProcessSlots(all, clock) };
}

describe('process slots', () => {
  it('serve who waits by urgency, then in the order of coming', async () => {
    const { slots: few } = slots();
    const order: string[] = [];
    const giveBack = await few.take('browse', forever);
    const waiting = (['crawl', 'viewer', 'prefetch', 'viewer'] as const).map(async (priority, index) => {
      const done = await few.take(priority, forever);
      order.push(`${priority} ${index}`);
      done();
    });
    giveBack();
    await Promise.all(waiting);
    expect(order).toEqual(['viewer 1', 'viewer 3', 'crawl 0', 'prefetch 2']);
    expect(few.taken).toBe(0);
  });

  it('say that they are busy, and when to come back, when too many wait or one waits too long', async () => {
    const { clock, slots: few } = slots({ waiting: 1 });
    await few.take('viewer', forever);
    const patient = few.take('viewer', forever);
    const busy = { kind: 'media-busy', httpStatus: 503, retryAt: clock.now() + 5000 };
    await expect(few.take('viewer', forever)).rejects.toMatchObject(busy);
    const refused = expect(patient).rejects.toMatchObject({ kind: 'media-busy' });
    await clock.advance(1000);
    await refused;
  });

  it('pass over who gave up', async () => {
    const { slots: few } = slots();
    const giveBack = await few.take('viewer', forever);
    const leaving = new AbortController();
    const left = few.take('viewer', leaving.signal);
    const next = few.take('browse', forever);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ kind: 'cancelled' });
    giveBack();
    await next;
    expect(few.taken).toBe(1);
  });

  it('take back a slot once, however often it is given back', async () => {
    const { slots: few } = slots({ processes: 2 });
    const giveBack = await few.take('viewer', forever);
    await few.take('viewer', forever);
    giveBack();
    giveBack();
    expect(few.taken).toBe(1);
  });
});
