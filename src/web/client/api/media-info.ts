import type { MediaInfo } from '../../../media/media-info.ts';

export type { AudioTrack, MediaInfo, SubtitleTrack, VideoTrack } from '../../../media/media-info.ts';

/** How the bridge would give the film to a browser. */
export interface PlayableMedia extends MediaInfo {
  /** `direct`: its bytes as they are; `remux`: in another container; `transcode`: in another form. */
  readonly plan: 'direct' | 'remux' | 'transcode';
  /** Whether the bridge has the program that the other two need. */
  readonly ffmpeg: boolean;
  /** Its HDR is converted without its colours being mapped. */
  readonly pale: boolean;
}
