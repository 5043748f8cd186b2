import { formatSize } from '../format/format.ts';
import { Card, Fill } from './cards.tsx';
import type { Sample } from './history.ts';
import { Plot } from './plot.tsx';
import type { BytesBySource, CacheStatus } from './status.ts';

interface CacheCardProps {
  readonly cache: CacheStatus;
  readonly samples: readonly Sample[];
  readonly length: number;
}

export function CacheCard({ cache, samples, length }: CacheCardProps) {
  const { memory, disk, read } = cache;
  return (
    <Card title="Cache">
      <Fill label="Memory" value={memory.bytes} of={memory.budgetBytes} text={fillText(memory)} />
      {disk === null ? (
        <p class="quiet">The disk cache is turned off by BRIDGE_CACHE_DISK.</p>
      ) : (
        <Fill
          label={disk.state === 'on' ? 'Disk' : 'Disk (failed, off for now)'}
          value={disk.bytes}
          of={disk.budgetBytes}
          text={fillText(disk)}
        />
      )}
      <p class="card-line">
        <span>From the cache since the start</span>
        <b>{shareText(read)}</b>
      </p>
      <Plot
        label="Share of bytes from the cache over the last two minutes"
        values={samples.map(({ hitShare }) => hitShare)}
        length={length}
        top={1}
      />
    </Card>
  );
}

function fillText({ bytes, budgetBytes }: { readonly bytes: number; readonly budgetBytes: number }): string {
  return `${formatSize(bytes)} of ${formatSize(budgetBytes)}`;
}

function shareText({ memory, disk, upstream }: BytesBySource): string {
  const all = memory + disk + upstream;
  return all === 0
    ? 'nothing read yet'
    : `${Math.round(((memory + disk) / all) * 100)} % of ${formatSize(all)}`;
}
