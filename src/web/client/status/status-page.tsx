import { useEffect, useMemo } from 'preact/hooks';
import { useServices } from '../shell/services.ts';
import { AccountCard } from './account-card.tsx';
import { ApiCard } from './api-card.tsx';
import { CacheCard } from './cache-card.tsx';
import { HISTORY_LENGTH, LiveStatus } from './live-status.ts';
import { LibraryCard } from './library-card.tsx';
import { MediaServersCard } from './media-servers-card.tsx';
import { ProblemList } from './problem-list.tsx';
import { StreamsCard } from './streams-card.tsx';
import { StrmCard } from './strm-card.tsx';

/** How the bridge does, as it does it. */
export function StatusPage() {
  const { addresses } = useServices();
  const live = useMemo(() => new LiveStatus(), []);
  useEffect(() => live.listen(addresses.events()), [live]);

  const status = live.status.value;
  const samples = live.samples.value;
  return (
    <div class="status-page">
      <div class="status-head">
        <h1>Status</h1>
        <p role="status" class="quiet">
          {live.connection.value === 'lost' ? 'The bridge does not answer. Trying again…' : ''}
        </p>
      </div>
      {status !== null && (
        <>
          <ProblemList problems={status.problems} />
          <div class="cards">
            <StreamsCard streams={status.streams.active} samples={samples} length={HISTORY_LENGTH} />
            <CacheCard cache={status.cache} samples={samples} length={HISTORY_LENGTH} />
            <LibraryCard crawl={status.crawl} />
            <ApiCard budget={status.budget} />
            <AccountCard />
            <StrmCard />
            <MediaServersCard servers={status.mediaServers} />
          </div>
        </>
      )}
    </div>
  );
}
