import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readProbeAnswer } from '../../src/media/probe-answer.ts';

const FORMAT = { format_name: 'matroska,webm', duration: '15.023', bit_rate: 175432 };

function stream(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { index: 0, codec_name: 'h264', codec_type: 'video', width: 640, height: 360, ...fields };
}

describe('what ffprobe says becomes media information', () => {
  it('keeps duration, tracks, languages and dispositions', () => {
    const info = readProbeAnswer({
      format: FORMAT,
      streams: [
        stream({ avg_frame_rate: '24000/1001', display_aspect_ratio: '16:9', pix_fmt: 'yuv420p' }),
        {
          index: 1,
          codec_type: 'audio',
          codec_name: 'ac3',
          channels: 6,
          tags: { language: 'fra', title: 'VF' },
        },
        {
          index: 2,
          codec_type: 'subtitle',
          codec_name: 'subrip',
          tags: { language: 'und' },
          disposition: { default: 1, forced: '1' },
        },
      ],
    });
    expect(info).toEqual({
      durationMs: 15_023,
      container: 'matroska,webm',
      bitRate: 175_432,
      video: [
        {
          index: 0,
          codec: 'h264',
          width: 640,
          height: 360,
          aspect: 1.778,
          frameRate: 23.976,
          hdr: null,
          transfer: null,
          pixelFormat: 'yuv420p',
        },
      ],
      audio: [{ index: 1, codec: 'ac3', channels: 6, language: 'fra', title: 'VF', isDefault: false }],
      subtitles: [{ index: 2, codec: 'subrip', language: null, title: null, isDefault: true, forced: true }],
    });
  });

  it.each([
    [{ color_transfer: 'smpte2084' }, 'hdr10'],
    [{ color_transfer: 'arib-std-b67' }, 'hlg'],
    [{ color_transfer: 'smpte2084', dv_profile: 8, dv_level: 6 }, 'dolbyvision'],
    [{ dv_profile: '5' }, 'dolbyvision'],
    [{ color_transfer: 'bt709' }, null],
    [{ color_transfer: 'unknown', dv_profile: 'N/A' }, null],
  ])('knows of %j that its range is %s', (fields, hdr) => {
    expect(readProbeAnswer({ format: FORMAT, streams: [stream(fields)] })?.video[0]?.hdr).toBe(hdr);
  });

  it('counts no cover picture as a video track', () => {
    const cover = stream({ index: 1, codec_name: 'mjpeg', disposition: { attached_pic: 1 } });
    const song = { index: 0, codec_type: 'audio', codec_name: 'flac', channels: 2 };
    const info = readProbeAnswer({ format: FORMAT, streams: [song, cover] });
    expect(info?.video).toEqual([]);
    expect(info?.audio).toHaveLength(1);
  });

  it('takes a title that reads as a number, and drops control characters and excess from any', () => {
    const track = (title: unknown): Record<string, unknown> => ({
      index: 0,
      codec_type: 'audio',
      codec_name: 'aac',
      tags: { title },
    });
    const title = (value: unknown): unknown =>
      readProbeAnswer({ format: FORMAT, streams: [track(value)] })?.audio[0]?.title;
    expect(title(2001)).toBe('2001');
    expect(title('a\u0000\u001b[31mb')).toBe('a [31mb');
    expect(title('x'.repeat(5000))).toHaveLength(200);
  });

  it('says of a file without tracks that it is no media', () => {
    expect(readProbeAnswer({ format: FORMAT, streams: [] })).toBeNull();
    expect(readProbeAnswer({ format: FORMAT, streams: [{ codec_type: 'data', index: 0 }] })).toBeNull();
  });

  it('never throws, whatever it is given', () => {
    const keys = fc.constantFrom(
      'index',
      'codec_type',
      'codec_name',
      'width',
      'tags',
      'disposition',
      'channels',
    );
    const hostile = fc.dictionary(keys, fc.oneof(fc.anything(), fc.constantFrom('video', 'audio', 0, '1/0')));
    fc.assert(
      fc.property(fc.array(hostile), fc.anything(), (streams, duration) => {
        const info = readProbeAnswer({ streams, format: { format_name: 'x', duration } });
        for (const { width, aspect, frameRate } of info?.video ?? []) {
          expect([width, aspect ?? 0, frameRate ?? 0].every(Number.isFinite)).toBe(true);
        }
      }),
    );
    fc.assert(fc.property(fc.anything(), (answer) => void readProbeAnswer(answer)));
  });
});
