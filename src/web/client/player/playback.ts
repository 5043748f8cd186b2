import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Addresses } from '../api/addresses.ts';
import { showsHevc } from '../api/browser-codecs.ts';
import type { PlayableMedia } from '../api/media-info.ts';
import type { FileEntry } from '../api/types.ts';
import { chooseSource, heldUntil, holds, type Source } from './sources.ts';

export interface PlaybackOptions {
  readonly file: FileEntry;
  readonly addresses: Addresses;
  /** Seconds. */
  readonly startAt: number;
  /** From 0 to 1. */
  readonly volume: Signal<number>;
}

/** A film that plays in a media element: its clock, its seeking and its tracks, whatever the element is given. */
export class Playback {
  /** Seconds of the film, also while the element is still on its way there. */
  readonly position = signal(0);
  /** Seconds; 0: not known yet. */
  readonly duration = signal(0);
  readonly bufferedUntil = signal(0);
  readonly isPaused = signal(true);
  readonly isWaiting = signal(true);
  readonly hasEnded = signal(false);
  /** The browser and, where it was asked, the bridge have failed. */
  readonly hasFailed = signal(false);
  readonly isMuted = signal(false);
  readonly rate = signal(1);
  readonly #options: PlaybackOptions;
  readonly #element: HTMLVideoElement;
  readonly #source = signal<Source | null>(null);
  readonly #audio = signal<number | null>(null);
  #media: PlayableMedia | null = null;
  #hasDirectFailed = false;
  #isAlone = false;
  #restartsLeft = 2;
  #seeking: ReturnType<typeof setTimeout> | undefined;

  constructor(element: HTMLVideoElement, options: PlaybackOptions) {
    this.#element = element;
    this.#options = options;
    this.position.value = options.startAt;
    element.volume = options.volume.peek();
  }

  get source(): ReadonlySignal<Source | null> {
    return this.#source;
  }

  /** `index` of the chosen audio track; null: the usual one. */
  get audio(): ReadonlySignal<number | null> {
    return this.#audio;
  }

  /** Whether the element says that it might play this type as it is. */
  get mayPlayDirectly(): boolean {
    return this.#element.canPlayType(this.#options.file.contentType) !== '';
  }

  /** Begins with what is known; `learn` corrects the choice. */
  start(): void {
    this.#play(this.position.peek());
  }

  /** What the bridge has found in the file. */
  learn(media: PlayableMedia): void {
    this.#media = media;
    if (media.durationMs !== null) this.duration.value = media.durationMs / 1000;
    const source = this.#source.peek();
    if (source === null || (source.kind === 'direct' && media.plan !== 'direct' && media.ffmpeg))
      this.start();
  }

  /** The bridge knows nothing of the file: the browser has to do. */
  goAlone(): void {
    this.#isAlone = true;
    if (this.#source.peek() === null) this.start();
  }

  /** Follows the element's events until the returned function is called. */
  follow(): () => void {
    const element = this.#element;
    const following = new AbortController();
    const on = (type: keyof HTMLMediaElementEventMap, listener: () => void): void =>
      element.addEventListener(type, listener, { signal: following.signal });
    on('timeupdate', () => this.#noteTime());
    on('progress', () => this.#noteBuffer());
    on('durationchange', () => this.#noteDuration());
    on('loadedmetadata', () => this.#takePosition());
    on('play', () => (this.isPaused.value = false));
    on('pause', () => (this.isPaused.value = true));
    on('waiting', () => (this.isWaiting.value = true));
    on('canplay', () => (this.isWaiting.value = false));
    on('playing', () => this.#notePlaying());
    on('ended', () => this.#noteEnd());
    on('error', () => this.#noteError());
    on('volumechange', () => this.#noteVolume());
    return () => {
      following.abort();
      clearTimeout(this.#seeking);
      // Without this the browser goes on reading, and the bridge goes on making.
      element.removeAttribute('src');
      element.load();
    };
  }

  togglePaused(): void {
    if (this.#element.paused) this.#resume();
    else this.#element.pause();
  }

  pause(): void {
    this.#element.pause();
  }

  seek(seconds: number): void {
    const source = this.#source.peek();
    if (source === null) return;
    const end = this.duration.peek() || Infinity;
    const to = Math.max(0, Math.min(seconds, end - 0.25));
    this.position.value = to;
    this.hasEnded.value = false;
    clearTimeout(this.#seeking);
    if (source.kind === 'direct' || holds(this.#element.buffered, to - source.start)) {
      this.#seeking = undefined;
      this.#element.currentTime = to - source.start;
      return;
    }
    // Each restart costs the bridge a process, so a drag along the bar restarts once, where it comes to rest.
    this.isWaiting.value = true;
    this.#seeking = setTimeout(() => {
      this.#seeking = undefined;
      this.#play(to);
    }, SEEK_PAUSE_MS);
  }

  chooseAudio(index: number | null): void {
    this.#audio.value = index;
    this.#play(this.position.peek());
  }

  changeVolume(volume: number): void {
    this.#element.muted = false;
    this.#element.volume = Math.max(0, Math.min(1, volume));
  }

  toggleMuted(): void {
    this.#element.muted = !this.#element.muted;
  }

  changeRate(rate: number): void {
    this.rate.value = rate;
    this.#element.playbackRate = rate;
  }

  #play(position: number): void {
    const element = this.#element;
    const source = chooseSource(this.#options.addresses, {
      file: this.#options.file,
      media: this.#media,
      audio: this.#audio.peek(),
      position,
      hasDirectFailed: this.#hasDirectFailed,
      showsHevc: showsHevc(),
    });
    this.hasFailed.value = false;
    this.hasEnded.value = false;
    this.isWaiting.value = true;
    this.position.value = position;
    this.bufferedUntil.value = position;
    this.#source.value = source;
    element.src = source.address;
    element.playbackRate = this.rate.peek();
    this.#resume();
  }

  #resume(): void {
    this.#element.play().catch(() => {
      // Not allowed without a touch, or replaced by a newer source: the element's own events say which it was.
      this.isPaused.value = this.#element.paused;
    });
  }

  #takePosition(): void {
    const source = this.#source.peek();
    const position = this.position.peek();
    if (source?.kind === 'direct' && position > 0) this.#element.currentTime = position;
  }

  #noteTime(): void {
    const source = this.#source.peek();
    const isOnItsWay = this.#seeking !== undefined || this.#element.seeking || this.#element.readyState < 2;
    if (source === null || isOnItsWay) return;
    this.position.value = source.start + this.#element.currentTime;
    this.#noteBuffer();
  }

  #noteBuffer(): void {
    const start = this.#source.peek()?.start ?? 0;
    this.bufferedUntil.value = start + heldUntil(this.#element.buffered, this.#element.currentTime);
  }

  #noteDuration(): void {
    const { duration } = this.#element;
    const isWhole = this.#source.peek()?.kind === 'direct';
    if (isWhole && Number.isFinite(duration)) this.duration.value = duration;
  }

  #notePlaying(): void {
    this.isWaiting.value = false;
    this.#restartsLeft = 2;
  }

  #noteEnd(): void {
    const missing = this.duration.peek() - this.position.peek();
    if (this.#source.peek()?.kind === 'made' && missing > CUT_SECONDS && this.#restartsLeft > 0) {
      this.#restartsLeft -= 1;
      this.#play(this.position.peek());
      return;
    }
    this.hasEnded.value = true;
  }

  #noteError(): void {
    const source = this.#source.peek();
    if (source === null) return;
    if (source.kind === 'direct' && !this.#hasDirectFailed) {
      this.#hasDirectFailed = true;
      if (this.#media === null && !this.#isAlone) {
        // What the bridge finds in the file may still make it play.
        this.#source.value = null;
        return;
      }
      if (this.#media?.ffmpeg === true) {
        this.#play(this.position.peek());
        return;
      }
    }
    this.#fail();
  }

  #fail(): void {
    this.isWaiting.value = false;
    this.hasFailed.value = true;
  }

  #noteVolume(): void {
    this.isMuted.value = this.#element.muted;
    this.#options.volume.value = this.#element.volume;
  }
}

const SEEK_PAUSE_MS = 250;
/** A made stream that ends this long before the film does was cut. */
const CUT_SECONDS = 5;
