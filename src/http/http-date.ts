const DAY_MS = 86_400_000;

let formattedDay = Number.NaN;
let dayText = '';

/**
 * IMF-fixdate (RFC 9110 section 5.6.7) of ms since the epoch. A listing needs thousands, most of a few days: the calendar
 * is asked once a day.
 */
export function httpDate(ms: number): string {
  const day = Math.floor(ms / DAY_MS);
  if (day !== formattedDay) {
    formattedDay = day;
    dayText = new Date(ms).toUTCString().slice(0, -'00:00:00 GMT'.length);
  }
  const second = Math.floor((ms - day * DAY_MS) / 1000);
  return `${dayText}${two(second / 3600)}:${two((second / 60) % 60)}:${two(second % 60)} GMT`;
}

function two(value: number): string {
  const digits = Math.floor(value);
  return digits < 10 ? `0${digits}` : String(digits);
}
