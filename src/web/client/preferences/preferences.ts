import { effect, signal, type Signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
export type Layout = 'grid' | 'list';
export type SortBy = 'name' | 'size' | 'date';

/** What a person chose in this browser, kept for the next visit. */
export interface Preferences {
  readonly theme: Signal<Theme>;
  readonly layout: Signal<Layout>;
  readonly sortBy: Signal<SortBy>;
  readonly descending: Signal<boolean>;
  /** From 0 to 1. */
  readonly volume: Signal<number>;
  /** Language of the subtitles chosen last; empty: none. */
  readonly subtitles: Signal<string>;
}

export function keptPreferences(storage: Storage): Preferences {
  return {
    theme: kept(storage, 'theme', 'system', oneOf('system', 'light', 'dark')),
    layout: kept(storage, 'layout', 'grid', oneOf('grid', 'list')),
    sortBy: kept(storage, 'sort', 'name', oneOf('name', 'size', 'date')),
    descending: kept(storage, 'descending', false, (value) => value === true),
    volume: kept(storage, 'volume', 1, (value) => typeof value === 'number' && value >= 0 && value <= 1),
    subtitles: kept(storage, 'subtitles', '', (value) => typeof value === 'string'),
  };
}

function oneOf(...values: readonly string[]): (value: unknown) => boolean {
  return (value) => values.some((each) => each === value);
}

function kept<T>(storage: Storage, name: string, usual: T, isValid: (value: unknown) => boolean): Signal<T> {
  const key = `fichier-bridge:${name}`;
  const value = readJson(storage, key);
  const preference = signal<T>(isValid(value) ? (value as T) : usual);
  effect(() => writeJson(storage, key, preference.value));
  return preference;
}

export function readJson(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** Storage may be full or forbidden: what is not kept is only less convenient. */
export function writeJson(storage: Storage, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch (error) {
    console.warn('a preference could not be kept', error);
  }
}
