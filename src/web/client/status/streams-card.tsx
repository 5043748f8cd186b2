import { formatSize } from '../format/format.ts';
import { formatRoute } from '../routing/route.ts';
import { Card } from './cards.tsx';
import type { Sample } from './history.ts';
import { Plot } from './plot.tsx';
import type { StreamStatus } from './status.ts';

interface StreamsCardProps {
  readonly streams: readonly StreamStatus[];
  readonly samples: readonly Sample[];
  readonly length: number;
}

export function StreamsCard({ streams, samples, length }: StreamsCardProps) {
  const rate = samples.at(-1)?.rate ?? 0;
  return (
    <Card title="Playing now">
      <p class="card-line">
        <span>To all players</span>
        <b>{formatSize(rate)}/s</b>
      </p>
      <Plot
        label="Bytes a second over the last two minutes"
        values={samples.map((sample) => sample.rate)}
        length={length}
      />
      {streams.length === 0 ? (
        <p class="quiet">Nobody reads at the moment.</p>
      ) : (
        <ul class="streams">
          {streams.map((stream) => (
            <Stream key={stream.id} stream={stream} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Stream({ stream }: { readonly stream: StreamStatus }) {
  const { file, client, position, rate, bytes, renewals, retries, lastProblem } = stream;
  const cached = bytes.memory + bytes.disk;
  const healed = [
    renewals > 0 ? `link renewed ${renewals} ×` : null,
    retries > 0 ? `tried again ${retries} ×` : null,
    lastProblem,
  ].filter((part) => part !== null);
  return (
    <li class="stream">
      <a href={formatRoute({ view: 'file', id: file.id })}>
        <bdi>{file.name}</bdi>
      </a>
      <progress value={file.size === 0 ? 0 : position / file.size} aria-label={`Position in ${file.name}`} />
      <p class="stream-facts">
        <span>{formatSize(rate)}/s</span>
        <span>
          {formatSize(cached)} cached, {formatSize(bytes.upstream)} from 1fichier
        </span>
        <span>{client ?? 'the bridge itself'}</span>
      </p>
      {healed.length > 0 && <p class="stream-facts">{healed.join(' · ')}</p>}
    </li>
  );
}
