import type { SortBy } from '../preferences/preferences.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';

const SORTS: readonly { readonly value: SortBy; readonly label: string }[] = [
  { value: 'name', label: 'Name' },
  { value: 'size', label: 'Size' },
  { value: 'date', label: 'Date' },
];

export function SortControl() {
  const { sortBy, descending } = useServices().preferences;
  const direction = descending.value ? 'descending' : 'ascending';
  return (
    <div class="sort">
      <select
        aria-label="Sort by"
        value={sortBy.value}
        onChange={(event) => {
          const chosen = SORTS.find(({ value }) => value === event.currentTarget.value);
          if (chosen !== undefined) sortBy.value = chosen.value;
        }}
      >
        {SORTS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="icon-button"
        aria-label={`Order: ${direction}`}
        title={`Order: ${direction}`}
        onClick={() => (descending.value = !descending.value)}
      >
        <Icon name={descending.value ? 'down' : 'up'} />
      </button>
    </div>
  );
}

export function LayoutControl() {
  const { layout } = useServices().preferences;
  return (
    <div class="segments" role="group" aria-label="Layout">
      {(['grid', 'list'] as const).map((value) => (
        <button
          key={value}
          type="button"
          class="icon-button"
          aria-label={value === 'grid' ? 'Grid' : 'List'}
          aria-pressed={layout.value === value}
          onClick={() => (layout.value = value)}
        >
          <Icon name={value} />
        </button>
      ))}
    </div>
  );
}
