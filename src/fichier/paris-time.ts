import { IANAZone } from 'luxon';

const PARIS = IANAZone.create('Europe/Paris');
const FORM = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MOST_HOURS_REMEMBERED = 5_000;

/** Asking for an offset costs some 15 µs, listings hold thousands of dates, and clocks change at full hours only. */
const offsetOfHour = new Map<number, number>();

/**
 * The API's dates (`YYYY-MM-DD HH:MM:SS`, French local time, API document section 4) as ms since the epoch; null for
 * what is no date. Of the two moments that an hour in autumn names, the later; of an hour skipped in spring, the
 * moment the clocks would have shown it had they not been changed.
 */
export function parseParisTime(text: string | null): number | null {
  const parts = text === null ? null : FORM.exec(text);
  if (parts === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(asUtc).toISOString().slice(0, 19) !== text?.replace(' ', 'T')) return null;
  return asUtc - parisOffset(asUtc - parisOffset(asUtc));
}

/** ms that French clocks are ahead of UTC at `moment`. */
function parisOffset(moment: number): number {
  const hour = Math.floor(moment / HOUR_MS);
  const known = offsetOfHour.get(hour);
  if (known !== undefined) return known;
  if (offsetOfHour.size >= MOST_HOURS_REMEMBERED) offsetOfHour.clear();
  const offset = PARIS.offset(moment) * MINUTE_MS;
  offsetOfHour.set(hour, offset);
  return offset;
}
