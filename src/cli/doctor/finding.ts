/** What one check of the doctor found. */
export interface Finding {
  readonly check: string;
  /** `warning`: the bridge works, but not at its best. */
  readonly state: 'ok' | 'warning' | 'failure';
  readonly detail: string;
  /** What to do about it; null: nothing. */
  readonly advice: string | null;
}

export function ok(check: string, detail: string): Finding {
  return { check, state: 'ok', detail, advice: null };
}

export function warning(check: string, detail: string, advice: string): Finding {
  return { check, state: 'warning', detail, advice };
}

export function failure(check: string, detail: string, advice: string): Finding {
  return { check, state: 'failure', detail, advice };
}
