import type { Signal } from '@preact/signals';
import type { Entry, MediaKind } from '../api/types.ts';

export type Kind = MediaKind | 'folder';

const LABELS: Readonly<Record<Kind, string>> = {
  folder: 'Folders',
  video: 'Video',
  audio: 'Audio',
  image: 'Pictures',
  subtitle: 'Subtitles',
  other: 'Other',
};
export const KINDS = Object.keys(LABELS) as readonly Kind[];

export function kindOf(entry: Entry): Kind {
  return entry.kind === 'folder' ? 'folder' : entry.media;
}

interface KindFilterProps {
  /** Null: every kind. */
  readonly chosen: Signal<Kind | null>;
  readonly offered: readonly Kind[];
}

export function KindFilter({ chosen, offered }: KindFilterProps) {
  return (
    <div class="chips" role="group" aria-label="Show only">
      <Chip label="All" isOn={chosen.value === null} onClick={() => (chosen.value = null)} />
      {offered.map((kind) => (
        <Chip
          key={kind}
          label={LABELS[kind]}
          isOn={chosen.value === kind}
          onClick={() => (chosen.value = chosen.value === kind ? null : kind)}
        />
      ))}
    </div>
  );
}

interface ChipProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onClick: () => void;
}

function Chip({ label, isOn, onClick }: ChipProps) {
  return (
    <button type="button" class="chip" aria-pressed={isOn} onClick={onClick}>
      {label}
    </button>
  );
}
