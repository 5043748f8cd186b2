/**
 * The earliest decoding time (seconds) in the output of ffmpeg's `framecrc` muxer, relative to where it was told to
 * seek, so mostly negative; null when no packet is in it.
 */
export function firstTimestamp(framecrc: string): number | null {
  const secondsPerTick = new Map<string, number>();
  const times: number[] = [];
  for (const line of framecrc.split('\n')) {
    const [, timeBaseOf, above, below] = /^#tb (\d+): (\d+)\/(\d+)/.exec(line) ?? [];
    if (timeBaseOf !== undefined) secondsPerTick.set(timeBaseOf, Number(above) / Number(below));
    const [, stream, ticks] = /^(\d+), *(-?\d+),/.exec(line) ?? [];
    if (stream !== undefined) times.push(Number(ticks) * (secondsPerTick.get(stream) ?? NaN));
  }
  const known = times.filter(Number.isFinite);
  return known.length === 0 ? null : Math.min(...known);
}
