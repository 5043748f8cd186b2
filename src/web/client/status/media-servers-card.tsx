import { counted, formatDateAndTime, formatTime, sentence } from '../format/format.ts';
import { Card } from './cards.tsx';
import type { MediaServerStatus } from './status.ts';

/** What each media server was told last; nothing where none is set. What to do about failures is among the problems. */
export function MediaServersCard({ servers }: { readonly servers: readonly MediaServerStatus[] }) {
  if (servers.length === 0) return null;
  return (
    <Card title="Media servers">
      <ul class="runs">
        {servers.map((server) => (
          <MediaServer key={server.server} {...server} />
        ))}
      </ul>
    </Card>
  );
}

function MediaServer({ server, lastSuccess, lastError, queued, nextTry }: MediaServerStatus) {
  return (
    <li>
      <b>{server}</b>
      {lastError !== null && <p class="card-problem">{sentence(lastError.message)}</p>}
      {queued > 0 && (
        <p>
          {counted(queued, 'change')} to tell
          {nextTry !== null && ` at ${formatTime(nextTry)}`}
        </p>
      )}
      {lastSuccess !== null && (
        <p class="quiet">
          Last told of changes on <time dateTime={lastSuccess}>{formatDateAndTime(lastSuccess)}</time>
        </p>
      )}
      {lastSuccess === null && lastError === null && queued === 0 && (
        <p class="quiet">Nothing to tell since the start</p>
      )}
    </li>
  );
}
