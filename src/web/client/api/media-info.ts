/** What the bridge knows of a film or song; the same form as the server's own MediaInfo. */
export interface MediaInfo {
  readonly durationMs: number | null;
  readonly container: string;
  readonly bitRate: number | null;
  readonly video: readonly VideoTrack[];
  readonly audio: readonly AudioTrack[];
  readonly subtitles: readonly SubtitleTrack[];
}

export interface VideoTrack {
  readonly index: number;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly aspect: number | null;
  readonly frameRate: number | null;
  readonly hdr: boolean;
  readonly pixelFormat: string | null;
}

export interface AudioTrack {
  readonly index: number;
  readonly codec: string;
  readonly channels: number;
  readonly language: string | null;
  readonly title: string | null;
  readonly isDefault: boolean;
}

export interface SubtitleTrack {
  readonly index: number;
  readonly codec: string;
  readonly language: string | null;
  readonly title: string | null;
  readonly isDefault: boolean;
  readonly forced: boolean;
}

/** How the bridge would give the film to a browser. */
export interface PlayableMedia extends MediaInfo {
  /** `direct`: its bytes as they are; `remux`: in another container; `transcode`: in another form. */
  readonly plan: 'direct' | 'remux' | 'transcode';
  /** Whether the bridge has the program that the other two need. */
  readonly ffmpeg: boolean;
}
