import fc from 'fast-check';
import sax from 'sax';
import { expect, it } from 'vitest';
import type { MediaInfo } from '../../src/media/media-info.ts';
import { languageCode } from '../../src/strm/language-code.ts';
import { nfoText } from '../../src/strm/nfo.ts';
import { organisedPlace } from '../../src/strm/organised.ts';

const FILM: MediaInfo = {
  durationMs: 5_400_400,
  container: 'matroska,webm',
  bitRate: 8_000_000,
  video: [
    {
      index: 0,
      codec: 'hevc',
      width: 3840,
      height: 1608,
      aspect: 2.388,
      frameRate: 23.976,
      hdr: 'hdr10',
      transfer: 'smpte2084',
      pixelFormat: 'yuv420p10le',
    },
  ],
  audio: [
    { index: 1, codec: 'dts', channels: 6, language: 'fra', title: 'VF', isDefault: true },
    { index: 2, codec: 'eac3', channels: 8, language: 'en-US', title: null, isDefault: false },
  ],
  subtitles: [
    { index: 3, codec: 'subrip', language: 'ger', title: null, isDefault: false, forced: true },
    { index: 4, codec: 'subrip', language: null, title: null, isDefault: false, forced: false },
  ],
};

it('tells the streams of a film as Kodi names them', () => {
  expect(nfoText(organisedPlace('/Amélie (2001).mkv'), FILM))
    .toBe(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<movie>
  <title>Amélie</title>
  <year>2001</year>
  <fileinfo>
    <streamdetails>
      <video>
        <codec>hevc</codec>
        <aspect>2.388</aspect>
        <width>3840</width>
        <height>1608</height>
        <durationinseconds>5400</durationinseconds>
        <hdrtype>hdr10</hdrtype>
      </video>
      <audio>
        <codec>dca</codec>
        <language>fre</language>
        <channels>6</channels>
      </audio>
      <audio>
        <codec>eac3</codec>
        <language>eng</language>
        <channels>8</channels>
      </audio>
      <subtitle>
        <language>ger</language>
      </subtitle>
      <subtitle/>
    </streamdetails>
  </fileinfo>
</movie>
`);
});

it('tells show, season and episodes of a file that holds two, and its title only if the name has one', () => {
  const nfo = nfoText(organisedPlace('/Dark.S01E02E03.Lies.1080p.mkv'), FILM);
  expect(elementsOf(nfo)).toMatchObject({
    episodedetails: '',
    title: 'Lies',
    showtitle: 'Dark',
    season: '1',
    episode: '2',
    episodenumberend: '3',
  });
  expect(elementsOf(nfoText(organisedPlace('/Dark.S01E02.mkv'), FILM))).not.toHaveProperty('title');
});

it('gives no title to what was not recognised, which would keep scrapers from finding it', () => {
  const elements = elementsOf(nfoText(null, FILM));
  expect(elements).toHaveProperty('codec');
  expect(elements).not.toHaveProperty('title');
  expect(elements).not.toHaveProperty('year');
});

it('leaves out what is not known', () => {
  const video = { ...FILM.video[0], codec: 'unknown', width: 0, height: 0, aspect: null, hdr: null };
  const bare = { ...FILM, durationMs: null, video: [video], audio: [], subtitles: [] } as MediaInfo;
  expect(nfoText(null, bare)).toContain('<video/>');
});

it.each([
  ['fr', 'fre'],
  ['FRA', 'fre'],
  ['fr-CA', 'fre'],
  ['zho', 'chi'],
  ['jpn', 'jpn'],
  ['haw', 'haw'],
  ['und', null],
  ['Français', null],
  ['', null],
  [null, null],
])('knows the language %s as %s', (tag, code) => {
  expect(languageCode(tag)).toBe(code);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(']]>', '<!--', '&#0;', '\ud800', '\u0000\ufffe'),
);
const anyInfo: fc.Arbitrary<MediaInfo> = fc.record({
  durationMs: fc.option(fc.nat()),
  container: anyText,
  bitRate: fc.option(fc.nat()),
  video: fc.array(
    fc.record({
      index: fc.nat(),
      codec: anyText,
      width: fc.nat(),
      height: fc.nat(),
      aspect: fc.option(fc.float({ min: 0, noNaN: true })),
      frameRate: fc.option(fc.nat()),
      hdr: fc.constantFrom('hdr10' as const, 'hlg' as const, 'dolbyvision' as const, null),
      transfer: fc.constant(null),
      pixelFormat: fc.option(anyText),
    }),
    { maxLength: 2 },
  ),
  audio: fc.array(
    fc.record({
      index: fc.nat(),
      codec: anyText,
      channels: fc.nat(),
      language: fc.option(anyText),
      title: fc.option(anyText),
      isDefault: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  subtitles: fc.array(
    fc.record({
      index: fc.nat(),
      codec: anyText,
      language: fc.option(anyText),
      title: fc.option(anyText),
      isDefault: fc.boolean(),
      forced: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
});
const anyPlace = fc.oneof(
  fc.constant(null),
  anyText.map((name) => organisedPlace(`/${name} (2010).mkv`)),
  anyText.map((name) => organisedPlace(`/${name} S01E02 - ${name}.mkv`)),
);

it('is well-formed XML whatever a file says of itself', () => {
  fc.assert(
    fc.property(anyPlace, anyInfo, (place, info) => {
      const elements = elementsOf(nfoText(place, info));
      if (place?.work.kind === 'movie') expect(elements).toHaveProperty('title');
      expect(elements).toHaveProperty('streamdetails');
    }),
  );
});

/** The text of the first element of each name; throws when the document is not well-formed. */
function elementsOf(document: string): Record<string, string> {
  const elements: Record<string, string> = {};
  const open: string[] = [];
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = ({ name }) => {
    open.push(name);
    elements[name] ??= '';
  };
  parser.ontext = (piece) => {
    const name = open.at(-1);
    if (name !== undefined) elements[name] = `${elements[name] ?? ''}${piece}`.trim();
  };
  parser.onclosetag = () => void open.pop();
  parser.write(document).close();
  return elements;
}
