import { useEffect, useRef } from 'preact/hooks';
import { useServices } from '../shell/services.ts';
import { CueClock } from './cue-clock.ts';
import type { SubtitleChoice } from './subtitles.ts';

interface SubtitleTrackProps {
  readonly choice: SubtitleChoice;
  /** Second of the film at which the element's clock says 0. */
  readonly start: number;
}

/** The subtitles that are shown; they come when they are first asked for. */
export function SubtitleTrack({ choice, start }: SubtitleTrackProps) {
  const { announcer } = useServices();
  const element = useRef<HTMLTrackElement>(null);
  const clock = useRef(new CueClock());
  const align = (): void => {
    if (element.current !== null) clock.current.align(element.current.track, start);
  };
  useEffect(align, [start]);
  useEffect(() => {
    if (element.current !== null) element.current.track.mode = 'showing';
  }, []);
  return (
    <track
      ref={element}
      kind="subtitles"
      src={choice.address}
      label={choice.label}
      {...(choice.language !== null && { srclang: choice.language })}
      onLoad={align}
      onError={() => announcer.show('These subtitles could not be read.')}
    />
  );
}
