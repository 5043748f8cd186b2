/** Lines from the bottom: room for the controls below the subtitles. */
const CUE_LINE = -3;

type Times = readonly [start: number, end: number];

/** Keeps the cues of a text track on the clock of a media element that begins in the middle of the film. */
export class CueClock {
  readonly #times = new WeakMap<TextTrackCue, Times>();

  /** @param start second of the film at which the element's clock says 0 */
  align(track: TextTrack, start: number): void {
    for (const cue of Array.from(track.cues ?? [])) {
      const [from, to] = this.#times.get(cue) ?? this.#remember(cue);
      cue.startTime = from - start;
      cue.endTime = to - start;
    }
  }

  #remember(cue: TextTrackCue): Times {
    const times: Times = [cue.startTime, cue.endTime];
    this.#times.set(cue, times);
    if (cue instanceof VTTCue && cue.line === 'auto') cue.line = CUE_LINE;
    return times;
  }
}
