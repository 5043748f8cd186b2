import { DateTime, IANAZone } from 'luxon';

const HOUR_MS = 3_600_000;

/** Writes and reads the API's dates: `YYYY-MM-DD HH:MM:SS`, local to a zone, with its summer time. */
export class LocalTime {
  readonly zone: string;
  readonly #zone: IANAZone;
  /** Offset in minutes by hour; changes of summer time fall on full hours. */
  readonly #offsets = new Map<number, number>();

  constructor(zone: string) {
    this.zone = zone;
    this.#zone = IANAZone.create(zone);
  }

  format(ms: number): string {
    const hour = Math.floor(ms / HOUR_MS);
    let offset = this.#offsets.get(hour);
    if (offset === undefined) {
      offset = this.#zone.offset(ms);
      this.#offsets.set(hour, offset);
    }
    return new Date(ms + offset * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  }

  /** ms since the epoch, or null when `text` is no such date. */
  parse(text: string): number | null {
    const time = DateTime.fromFormat(text, 'yyyy-MM-dd HH:mm:ss', { zone: this.#zone });
    return time.isValid ? time.toMillis() : null;
  }
}
