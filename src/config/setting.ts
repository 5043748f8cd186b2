import { secretText, type ValueType } from './value-types.ts';

/** One setting. Its flag and its key in the configuration file follow from its key in the table. */
export interface Setting<T> {
  readonly group: string;
  readonly env: string;
  readonly type: ValueType<T>;
  /** As one would write it; null: unset. */
  readonly default: string | null;
  readonly description: string;
  /** Never shown; has no flag of its own, since command lines are visible to others, but a `…_FILE` form. */
  readonly secret: boolean;
}

type Details = Pick<Setting<unknown>, 'group' | 'env' | 'description'>;

export function required<T>(type: ValueType<T>, fallback: string, details: Details): Setting<T> {
  return { ...details, type, default: fallback, secret: false };
}

export function optional<T>(type: ValueType<T>, details: Details): Setting<T | null> {
  return { ...details, type, default: null, secret: false };
}

export function secret(details: Details): Setting<string | null> {
  return { ...details, type: secretText, default: null, secret: true };
}
