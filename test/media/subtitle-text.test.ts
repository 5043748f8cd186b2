import { describe, expect, it } from 'vitest';
import { decodeSubtitles, webVttFromSubRip } from '../../src/media/subtitle-text.ts';

const TEXT = '1\r\n00:00:01,000 --> 00:00:02,500\r\nÀ bientôt – l’été\r\n';

function utf16(text: string, order: 'le' | 'be'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

describe('the text of a subtitle file', () => {
  const expected = TEXT.replaceAll('\r\n', '\n');
  it.each([
    ['UTF-8', Buffer.from(TEXT)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
    ['UTF-16, little end first, with a mark', utf16(`\ufeff${TEXT}`, 'le')],
    ['UTF-16, big end first, with a mark', utf16(`\ufeff${TEXT}`, 'be')],
    ['UTF-16, little end first, without a mark', utf16(TEXT, 'le')],
    ['UTF-16, big end first, without a mark', utf16(TEXT, 'be')],
    // Windows-1252 has the dash at 0x96 and the apostrophe at 0x92.
    ['Windows-1252', Buffer.from(TEXT.replace('–', '\x96').replace('’', '\x92'), 'latin1')],
  ])('is read from %s', (_charset, bytes) => {
    expect(decodeSubtitles(bytes)).toBe(expected);
  });

  it('is read from an empty file and from any bytes', () => {
    expect(decodeSubtitles(Buffer.alloc(0))).toBe('');
    expect(decodeSubtitles(Buffer.from([0xff, 0xc3, 0x28]))).toBe('ÿÃ(');
  });
});

describe('SubRip becomes WebVTT', () => {
  it('with its timings and words', () => {
    const srt =
      '1\n00:00:01,000 --> 00:00:02,500\n<i>One</i>\ntwo\n\n2\n0:00:03,5 --> 0:00:04,25  X1:1\n{\\an8}Up\n';
    expect(webVttFromSubRip(srt)).toBe(
      'WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>One</i>\ntwo\n\n00:00:03.500 --> 00:00:04.250\nUp\n',
    );
  });

  it('without what is no cue', () => {
    expect(webVttFromSubRip('WEBVTT --> \n\nhello\n\n3\n00:00:01,000 --> 00:00:02,000\n\n')).toBe('WEBVTT\n');
  });
});
