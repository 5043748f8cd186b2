import { EventEmitter, once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { statusSchema } from '../../src/http/api/status-view.ts';
import { recentProblems } from '../../src/http/operations/problems.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { RunReport } from '../../src/strm/report.ts';
import { FakeInsight, streamStatus } from '../support/fake-insight.ts';
import { FakeLibrary } from '../support/fake-library.ts';
import { listen, testServer, type TestServer } from '../support/http-server.ts';

const open: TestServer[] = [];
afterEach(async () => {
  for (const { server } of open.splice(0)) await server.close();
});

/** Reads server-sent events as a browser does. */
async function listenTo(address: string) {
  const leave = new AbortController();
  const answer = await fetch(`${address}/api/v1/events`, { signal: leave.signal });
  const arrived = new EventEmitter();
  const events: { readonly type: string; readonly data: unknown }[] = [];
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString('utf8');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const [, type = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
        events.push({ type, data: JSON.parse(data) as unknown });
        text = text.slice(end + 2);
        arrived.emit('event');
      }
    }
  };
  const ended = read();
  return {
    answer,
    ended,
    leave: () => leave.abort(),
    async event(index: number): Promise<{ readonly type: string; readonly data: unknown }> {
      for (;;) {
        const event = events[index];
        if (event !== undefined) return event;
        await once(arrived, 'event');
      }
    },
  };
}

describe('the live status', () => {
  it('is told at once and then every second, as it is by then', async () => {
    const clock = new FakeClock();
    const started = testServer({ clock });
    open.push(started);
    const live = await listenTo(await listen(started.server));
    expect(live.answer.headers.get('content-type')).toContain('text/event-stream');
    const first = await live.event(0);
    expect(first.type).toBe('status');
    expect(statusSchema.parse(first.data).streams.active).toEqual([]);

    started.insight.budgetNow = { ...started.insight.budgetNow, callsPerSecond: 0.5 };
    await clock.advance(1000);
    expect(statusSchema.parse((await live.event(1)).data).budget.callsPerSecond).toBe(0.5);
  });

  it('ends when the server stops, which does not wait for it as for a film', async () => {
    const started = testServer({ settings: { drainTime: 60_000 } });
    const live = await listenTo(await listen(started.server));
    await live.event(0);
    await started.server.close();
    await live.ended;
    expect(started.logged.join()).not.toContain('cutting what did not end');
  });

  it('asks for the token like the rest of the interface', async () => {
    const { server } = testServer({ settings: { token: 'a-long-token' } });
    expect((await server.inject({ url: '/api/v1/events' })).statusCode).toBe(401);
    expect((await server.inject({ url: '/api/v1/status' })).statusCode).toBe(401);
  });
});

describe('the problems', () => {
  const now = Date.UTC(2026, 0, 2);
  const crawl = { ...new FakeLibrary().crawlStatus(), lastError: null, foldersAtCap: 0, entriesMissing: 0 };

  it('are none while all goes well', () => {
    expect(recentProblems(new FakeInsight(), crawl, now)).toEqual([]);
  });

  it('name what happened and what can be done, the most serious and latest first', () => {
    const insight = new FakeInsight();
    const stream = streamStatus({ lastProblem: 'the storage host answers 503' });
    const failed = { ...stream, kind: 'patience-exhausted' } as const;
    insight.failedStreams = [
      { ...failed, failedAt: now - 1000 },
      { ...failed, failedAt: now - 25 * 3600 * 1000 },
    ];
    insight.budgetNow = { ...insight.budgetNow, lockedUntil: now + 60_000, lockReason: 'flood detected' };
    const problems = recentProblems(
      insight,
      { ...crawl, lastError: 'no answer', foldersAtCap: 1, entriesMissing: 2 },
      now,
    );
    expect(problems.map(({ severity }) => severity)).toEqual([
      'serious',
      'serious',
      'warning',
      'notice',
      'notice',
    ]);
    expect(problems[0]?.title).toContain('flood detected');
    expect(problems[1]).toMatchObject({ at: now - 1000 });
    expect(problems[1]?.title).toContain('“Film.mkv” was cut off: the storage host answers 503');
    expect(problems.every(({ hint }) => hint !== '')).toBe(true);
  });

  it('name a media server that could not be told, until it can be', () => {
    const insight = new FakeInsight();
    const told = { server: 'Jellyfin', lastSuccessAt: now - 1000, queued: 0, nextTryAt: null };
    const lastError = { at: now, message: 'Plex at http://plex does not answer', hint: 'Start it.' };
    insight.serverStatuses = [
      { ...told, lastError: null },
      { ...told, server: 'Plex', lastError },
    ];
    expect(recentProblems(insight, crawl, now)).toEqual([
      {
        at: now,
        title: 'Plex could not be told what changed: Plex at http://plex does not answer',
        hint: 'Start it.',
        severity: 'warning',
      },
    ]);
  });

  it('name what the last run over a directory of .strm files left, until a run leaves nothing', () => {
    const insight = new FakeInsight();
    const report: RunReport = {
      dryRun: false,
      kept: 0,
      done: { create: 0, update: 0, rename: 0, remove: 0 },
      left: [],
      leftCount: 1,
      failures: 1,
      heldBack: { count: 40, of: 100, because: 'too-many', sample: [] },
      missingFolders: ['/Films'],
      unreadFolders: 0,
    };
    const record = { directory: '/media/strm', startedAt: 0, finishedAt: 0, problem: null, report };
    insight.strmRecords = [record];
    const problems = recentProblems(insight, crawl, now);
    expect(problems).toHaveLength(3);
    expect(problems[0]?.title).toContain('40 of 100 files in /media/strm');
    expect(problems[0]?.hint).toContain('fichier-bridge strm sync --allow-mass-delete');
    expect(problems[1]?.title).toContain('no /Films');
    expect(problems[2]?.title).toBe('One file could not be written');

    const problem = { kind: 'strm-root-unusable', message: 'the disk is not mounted', hint: 'Mount it.' };
    insight.strmRecords = [{ ...record, report: null, problem }];
    expect(recentProblems(insight, crawl, now)).toEqual([
      {
        at: null,
        title: 'No .strm files could be written: the disk is not mounted',
        hint: 'Mount it.',
        severity: 'serious',
      },
    ]);

    const well = { ...report, heldBack: null, missingFolders: [], unreadFolders: 0, failures: 0 };
    insight.strmRecords = [{ ...record, report: well }];
    expect(recentProblems(insight, crawl, now)).toEqual([]);
  });
});
