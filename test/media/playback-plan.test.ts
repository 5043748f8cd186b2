import { describe, expect, it } from 'vitest';
import type { AudioTrack, MediaInfo, VideoTrack } from '../../src/media/media-info.ts';
import { planPlayback } from '../../src/media/playback-plan.ts';

function video(codec: string, over: Partial<VideoTrack> = {}): VideoTrack {
  const size = { width: 1920, height: 1080, aspect: 16 / 9 };
  return {
    index: 0,
    codec,
    ...size,
    frameRate: 25,
    hdr: null,
    transfer: null,
    pixelFormat: 'yuv420p',
    ...over,
  };
}

function audio(codec: string, over: Partial<AudioTrack> = {}): AudioTrack {
  return { index: 1, codec, channels: 2, language: null, title: null, isDefault: false, ...over };
}

function film(tracks: Partial<Pick<MediaInfo, 'video' | 'audio'>>): MediaInfo {
  return { durationMs: 1000, container: 'x', bitRate: null, video: [], audio: [], subtitles: [], ...tracks };
}

const H264_AAC = film({ video: [video('h264')], audio: [audio('aac')] });
const wish = { hevc: false };

describe('the plan to play a film in a browser', () => {
  it.each([
    ['H.264 and AAC in MP4', H264_AAC, 'video/mp4', 'direct'],
    ['the same in MKV', H264_AAC, 'video/x-matroska', 'remux'],
    ['VP8 in WebM', film({ video: [video('vp8')], audio: [audio('vorbis')] }), 'video/webm', 'direct'],
    ['VP8 in MKV', film({ video: [video('vp8')] }), 'video/x-matroska', 'transcode'],
    ['Dolby sound in MP4', film({ video: [video('h264')], audio: [audio('ac3')] }), 'video/mp4', 'transcode'],
    [
      'H.264 of ten bits',
      film({ video: [video('h264', { pixelFormat: 'yuv420p10le' })] }),
      'video/mp4',
      'transcode',
    ],
    ['a FLAC song', film({ audio: [audio('flac')] }), 'audio/flac', 'direct'],
    ['a song of Apple', film({ audio: [audio('alac')] }), 'audio/mp4', 'transcode'],
    ['a type with parameters', H264_AAC, 'Video/MP4; codecs="avc1"', 'direct'],
    ['a picture', film({ video: [video('mjpeg')] }), 'image/jpeg', 'direct'],
  ])('%s', (_what, info, contentType, playback) => {
    expect(planPlayback(info, { contentType }, wish).playback).toBe(playback);
  });

  it('changes only the track that must be changed', () => {
    const info = film({ video: [video('h264')], audio: [audio('dts')] });
    const plan = planPlayback(info, { contentType: 'video/x-matroska' }, wish);
    expect([plan.video?.copy, plan.audio?.copy]).toEqual([true, false]);
  });

  it('copies HEVC for a browser that shows it, and converts it for others', () => {
    const info = film({ video: [video('hevc', { pixelFormat: 'yuv420p10le' })] });
    const plan = (hevc: boolean) =>
      planPlayback(info, { contentType: 'video/x-matroska' }, { hevc }).playback;
    expect([plan(true), plan(false)]).toEqual(['remux', 'transcode']);
  });

  it('takes the default sound, or the one that is asked for, which no browser picks from a file by itself', () => {
    const info = film({
      video: [video('h264')],
      audio: [audio('aac'), audio('aac', { index: 2, isDefault: true })],
    });
    const file = { contentType: 'video/mp4' };
    expect(planPlayback(info, file, wish)).toMatchObject({
      playback: 'direct',
      audio: { track: { index: 2 } },
    });
    expect(planPlayback(info, file, { hevc: false, audio: 1 })).toMatchObject({
      playback: 'remux',
      audio: { track: { index: 1 } },
    });
    expect(() => planPlayback(info, file, { hevc: false, audio: 7 })).toThrow('no audio track 7');
  });
});
