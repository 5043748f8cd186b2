/** A run of bytes of one representation: `start` inclusive, `end` exclusive, both in bytes. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export type RangeRequest =
  /** No usable Range header: the whole representation is asked for. */
  | { readonly kind: 'whole' }
  /** At least one range can be served; sorted as asked, overlaps joined. */
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] }
  /** Well formed, but no part of it lies within the representation: answer 416. */
  | { readonly kind: 'unsatisfiable' };

/** More disjoint ranges than this in one request are treated as an attack and the header is ignored. */
const MOST_RANGES = 32;

const WHOLE: RangeRequest = { kind: 'whole' };
const RANGE_SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/;

/**
 * Reads a Range header against a representation of `size` bytes (RFC 9110 section 14.1.2 and 14.2).
 *
 * A header of another unit, with bad syntax or with an abusive number of ranges is ignored, as section 14.2
 * allows, so a broken client still gets its file.
 */
export function parseRange(header: string | undefined, size: number): RangeRequest {
  if (header === undefined) return WHOLE;
  const set = /^bytes[ \t]*=(.*)$/i.exec(header)?.[1];
  if (set === undefined) return WHOLE;

  const ranges: ByteRange[] = [];
  let specs = 0;
  for (const part of set.split(',')) {
    const spec = part.trim();
    // RFC 9110 section 5.6.1.2: a recipient must accept a reasonable number of empty list elements.
    if (spec === '') continue;
    const range = readSpec(spec, size);
    if (range === 'malformed') return WHOLE;
    specs += 1;
    if (range !== 'outside') ranges.push(range);
  }
  if (specs === 0) return WHOLE;
  if (ranges.length === 0) return { kind: 'unsatisfiable' };
  const joined = joinOverlapping(ranges);
  return joined.length > MOST_RANGES ? WHOLE : { kind: 'ranges', ranges: joined };
}

function readSpec(spec: string, size: number): ByteRange | 'malformed' | 'outside' {
  const match = RANGE_SPEC.exec(spec);
  if (match === null) return 'malformed';
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? 'outside' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === undefined || last === '' ? size : Number(last) + 1;
  if (end <= start && start < size) return 'malformed';
  return start >= size ? 'outside' : { start, end: Math.min(end, size) };
}

/** Joins ranges that overlap or touch, each kept at the place where its first part was asked for. */
function joinOverlapping(ranges: readonly ByteRange[]): ByteRange[] {
  const byStart = ranges.map((range, place) => ({ ...range, place })).sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number; place: number }[] = [];
  for (const range of byStart) {
    const previous = joined.at(-1);
    if (previous !== undefined && range.start <= previous.end) {
      previous.end = Math.max(previous.end, range.end);
      previous.place = Math.min(previous.place, range.place);
    } else {
      joined.push({ ...range });
    }
  }
  return joined.sort((a, b) => a.place - b.place).map(({ start, end }) => ({ start, end }));
}

/** The Content-Range value of a 206 answer or part (RFC 9110 section 14.4). */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.start}-${range.end - 1}/${size}`;
}
