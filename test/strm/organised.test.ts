import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeName } from '../../src/library/names.ts';
import { organisedPlace } from '../../src/strm/organised.ts';

function placeOf(path: string): string | null {
  const place = organisedPlace(path);
  return place === null ? null : [...place.folders, place.stem].join('/');
}

const FILMS: readonly (readonly [path: string, place: string])[] = [
  ['/Inception.2010.1080p.BluRay.x264-GROUP.mkv', 'Movies/Inception (2010)/Inception (2010) - 1080p BluRay'],
  ['/Films/Inception 2010.avi', 'Movies/Inception (2010)/Inception (2010)'],
  ['/Amélie (2001).mkv', 'Movies/Amélie (2001)/Amélie (2001)'],
  ['/Ame\u0301lie (2001).mkv', 'Movies/Amélie (2001)/Amélie (2001)'],
  [
    '/Le.Fabuleux.Destin.d.Amelie.Poulain.2001.FRENCH.1080p.mkv',
    "Movies/Le Fabuleux Destin d'Amelie Poulain (2001)/Le Fabuleux Destin d'Amelie Poulain (2001) - 1080p FRENCH",
  ],
  [
    '/L.Auberge.Espagnole.2002.FRENCH.DVDRip.avi',
    "Movies/L'Auberge Espagnole (2002)/L'Auberge Espagnole (2002) - DVD FRENCH",
  ],
  [
    '/Qu.est-ce.qu.on.a.fait.au.Bon.Dieu.2014.FRENCH.720p.mkv',
    "Movies/Qu'est-ce qu'on a fait au Bon Dieu (2014)/Qu'est-ce qu'on a fait au Bon Dieu (2014) - 720p FRENCH",
  ],
  [
    '/Intouchables 2011 MULTi 1080p BluRay.mkv',
    'Movies/Intouchables (2011)/Intouchables (2011) - 1080p BluRay MULTi',
  ],
  [
    '/Léon.1994.Directors.Cut.VOSTFR.1080p.mkv',
    'Movies/Léon (1994)/Léon (1994) - Director’s Cut 1080p VOSTFR',
  ],
  ['/Les Visiteurs [1993] [1080p].mp4', 'Movies/Les Visiteurs (1993)/Les Visiteurs (1993) - 1080p'],
  ['/Matrix - VF - 1999 - 720p.mkv', 'Movies/Matrix (1999)/Matrix (1999) - 720p VF'],
  ['/1917.2019.2160p.UHD.BluRay.HDR.x265.mkv', 'Movies/1917 (2019)/1917 (2019) - 2160p HDR BluRay x265'],
  ['/2012.2009.1080p.mkv', 'Movies/2012 (2009)/2012 (2009) - 1080p'],
  ['/2001 A Space Odyssey (1968).mkv', 'Movies/2001 A Space Odyssey (1968)/2001 A Space Odyssey (1968)'],
  [
    '/Blade.Runner.2049.2017.1080p.WEB-DL.mkv',
    'Movies/Blade Runner 2049 (2017)/Blade Runner 2049 (2017) - 1080p WEB-DL',
  ],
  [
    '/Mad Max - Fury Road (2015) - 4K.mkv',
    'Movies/Mad Max - Fury Road (2015)/Mad Max - Fury Road (2015) - 2160p',
  ],
  ['/[Group] Movie Name (2016) [1080p].mkv', 'Movies/Movie Name (2016)/Movie Name (2016) - 1080p'],
  [
    '/[ www.example.com ] - Dheepan.2015.FRENCH.720p.mkv',
    'Movies/Dheepan (2015)/Dheepan (2015) - 720p FRENCH',
  ],
  ['/S.W.A.T.2003.720p.mkv', 'Movies/S.W.A.T. (2003)/S.W.A.T. (2003) - 720p'],
  ['/L.A.Confidential.1997.1080p.mkv', 'Movies/L.A. Confidential (1997)/L.A. Confidential (1997) - 1080p'],
  ['/Mr. Nobody (2009).mkv', 'Movies/Mr. Nobody (2009)/Mr. Nobody (2009)'],
  [
    '/the.french.dispatch.2021.1080p.mkv',
    'Movies/The French Dispatch (2021)/The French Dispatch (2021) - 1080p',
  ],
  [
    '/The.French.Dispatch.2021.1080p.mkv',
    'Movies/The French Dispatch (2021)/The French Dispatch (2021) - 1080p',
  ],
  ['/Dune.Part.Two.2024.2160p.DV.HDR.mkv', 'Movies/Dune Part Two (2024)/Dune Part Two (2024) - 2160p DV HDR'],
  ['/(1995) Se7en.mkv', 'Movies/Se7en (1995)/Se7en (1995)'],
  ['/WALL·E (2008).mkv', 'Movies/WALL·E (2008)/WALL·E (2008)'],
  ['/Alien: Covenant (2017).mkv', 'Movies/Alien： Covenant (2017)/Alien： Covenant (2017)'],
  ['/Films/Amélie (2001)/amelie.2001.1080p.mkv', 'Movies/Amélie (2001)/Amélie (2001) - 1080p'],
  ['/Films/Amélie (2001)/film.mkv', 'Movies/Amélie (2001)/Amélie (2001)'],
  ['/Films/Amélie (2001)/Amelie 720p.mkv', 'Movies/Amélie (2001)/Amélie (2001) - 720p'],
  ['/Kill.Bill.2003.CD1.FRENCH.DVDRip.avi', 'Movies/Kill Bill (2003)/Kill Bill (2003) - DVD FRENCH-cd1'],
  ['/Films/Heat (1995)/Heat (1995) - pt2.avi', 'Movies/Heat (1995)/Heat (1995)-pt2'],
  ['/Films/Heat (1995)/Heat cd2.avi', 'Movies/Heat (1995)/Heat (1995)-cd2'],
  [
    '/The Lord of the Rings The Two Towers (2002) Extended Edition 2160p REMUX.mkv',
    'Movies/The Lord of the Rings The Two Towers (2002)/The Lord of the Rings The Two Towers (2002) - Extended 2160p REMUX',
  ],
  ['/Aliens.Special.Edition.1986.1080p.mkv', 'Movies/Aliens (1986)/Aliens (1986) - 1080p'],
];

const EPISODES: readonly (readonly [path: string, place: string])[] = [
  ['/Dark.S01E02.1080p.mkv', 'Shows/Dark/Season 01/Dark S01E02'],
  [
    '/Game.of.Thrones.S08E03.The.Long.Night.1080p.WEB-DL.mkv',
    'Shows/Game of Thrones/Season 08/Game of Thrones S08E03 - The Long Night',
  ],
  ['/Dark.S01E02E03.FRENCH.mkv', 'Shows/Dark/Season 01/Dark S01E02-E03'],
  ['/Dark S01E02-E03 - Lies.mkv', 'Shows/Dark/Season 01/Dark S01E02-E03 - Lies'],
  ['/Dark.S01E01E02E03.mkv', 'Shows/Dark/Season 01/Dark S01E01-E03'],
  ['/Dark.S01E02-03.mkv', 'Shows/Dark/Season 01/Dark S01E02-E03'],
  ['/Dark S03 E08.mkv', 'Shows/Dark/Season 03/Dark S03E08'],
  ['/dark.s01e01.vostfr.720p.mkv', 'Shows/Dark/Season 01/Dark S01E01'],
  [
    '/Friends - 1x05 - The One with the Laundry.avi',
    'Shows/Friends/Season 01/Friends S01E05 - The One with the Laundry',
  ],
  ['/Friends.1x05-06.avi', 'Shows/Friends/Season 01/Friends S01E05-E06'],
  ['/Kaamelott Saison 2 Épisode 3.mkv', 'Shows/Kaamelott/Season 02/Kaamelott S02E03'],
  [
    '/Kaamelott - Saison 2 - E\u0301pisode 3 - Always.avi',
    'Shows/Kaamelott/Season 02/Kaamelott S02E03 - Always',
  ],
  ['/Séries/Kaamelott/Saison 2/Épisode 3.mkv', 'Shows/Kaamelott/Season 02/Kaamelott S02E03'],
  [
    '/Séries/Kaamelott/Saison 2 VOSTFR/03 - La Botte.mkv',
    'Shows/Kaamelott/Season 02/Kaamelott S02E03 - La Botte',
  ],
  ['/Show/Season 1/01.mkv', 'Shows/Show/Season 01/Show S01E01'],
  ['/Show/S01/E07.mkv', 'Shows/Show/Season 01/Show S01E07'],
  ['/Show/S01/Show - 07.mkv', 'Shows/Show/Season 01/Show S01E07'],
  ['/24/Season 1/24 - 07.mkv', 'Shows/24/Season 01/24 S01E07'],
  ['/Show/Season 1/01v2.mkv', 'Shows/Show/Season 01/Show S01E01'],
  ['/Show/Specials/01 - Making of the Show.mkv', 'Shows/Show/Season 00/Show S00E01 - Making of the Show'],
  ['/Show/Season 00/Show S00E02.mkv', 'Shows/Show/Season 00/Show S00E02'],
  [
    '/Doctor Who (2005)/Season 5/Doctor.Who.S05E01.mkv',
    'Shows/Doctor Who (2005)/Season 05/Doctor Who S05E01',
  ],
  ['/Doctor.Who.2005.S01E01.mkv', 'Shows/Doctor Who (2005)/Season 01/Doctor Who S01E01'],
  ['/Space.1999.S01E01.mkv', 'Shows/Space 1999/Season 01/Space 1999 S01E01'],
  ['/The.100.S01E01.mkv', 'Shows/The 100/Season 01/The 100 S01E01'],
  ['/9-1-1.S01E01.mkv', 'Shows/9-1-1/Season 01/9-1-1 S01E01'],
  ['/Les Revenants S01E01 Camille.mkv', 'Shows/Les Revenants/Season 01/Les Revenants S01E01 - Camille'],
  ['/Engrenages/S01E01.mkv', 'Shows/Engrenages/Season 01/Engrenages S01E01'],
  ['/Séries/Les Évadés/les.evades.s01e01.mkv', 'Shows/Les Évadés/Season 01/Les Évadés S01E01'],
  ['/Baron.Noir.S02.MULTi.1080p/Baron.Noir.E03.mkv', 'Shows/Baron Noir/Season 02/Baron Noir S02E03'],
  ['/Series/Baron Noir Saison 2/04.mkv', 'Shows/Baron Noir/Season 02/Baron Noir S02E04'],
  [
    "/Marvel's Agents of S.H.I.E.L.D. S01E01.mkv",
    "Shows/Marvel's Agents of S.H.I.E.L.D．/Season 01/Marvel's Agents of S.H.I.E.L.D. S01E01",
  ],
  ['/Show.S2019E05.mkv', 'Shows/Show/Season 2019/Show S2019E05'],
  ['/Show.S01E100.mkv', 'Shows/Show/Season 01/Show S01E100'],
];

const UNSURE: readonly string[] = [
  '/Films/Inception.mkv',
  '/Holiday video.mp4',
  '/Vacances 2019.mp4',
  '/VID_20200101_120000.mp4',
  '/2019-07-14 Fête.mp4',
  '/[HorribleSubs] Naruto - 123 [720p].mkv',
  '/One Piece/One Piece 1001.mkv',
  '/Naruto/Saison 5/Naruto - 123.mkv',
  '/The Daily Show 2020.03.04.mkv',
  '/Séries/Saison 1/01.mkv',
  '/Show/Épisode 3.mkv',
  '/Show/Season 1/Interview.mkv',
  '/Show.S01E05-E02.mkv',
  '/Films/Heat (1995)/trailer.mkv',
  '/Films/Heat (1995)/Heat (1995)-trailer.mkv',
  '/Films/Heat (1995)/Bonus/Making of (1995).mkv',
  '/Films/Heat (1995)/Sample/heat.1995.1080p.mkv',
  '/Films/Saga (2001-2011)/3.mkv',
  '/Music/Artist - Song (2010).mp3',
  '/Films/Inception (2010)/Inception (2010).srt',
  '/01.mkv',
  '/',
];

describe('the organised layout', () => {
  it.each(FILMS)('places the film %s', (path, place) => {
    expect(placeOf(path)).toBe(place);
    expect(organisedPlace(path)?.kind).toBe('movie');
  });

  it.each(EPISODES)('places the episode %s', (path, place) => {
    expect(placeOf(path)).toBe(place);
    expect(organisedPlace(path)?.kind).toBe('episode');
  });

  it.each(UNSURE)('leaves %s where it is', (path) => {
    expect(placeOf(path)).toBeNull();
  });
});

it('begins every version of a film with the name of its folder, as Jellyfin wants it', () => {
  for (const [path] of FILMS) {
    const place = organisedPlace(path);
    expect(place?.stem.startsWith(place.folders.at(-1) ?? '?')).toBe(true);
  }
});

const PIECES = [
  ...[
    'S01E02',
    'E03',
    '1x05',
    'Saison 2',
    '(2010)',
    '2010',
    '1080p',
    'VOSTFR',
    '..',
    '/',
    '\\',
    ' - ',
    '.',
    '12.',
    '01-',
  ],
  ...[
    'Épisode 3',
    'CON',
    '\0',
    '\u202e',
    'é'.repeat(90),
    'x'.repeat(200),
    '🎬',
    '[',
    '(',
    'cd1',
    'Season 1/',
  ],
];

it('gives only names that are safe and leave room for an extension, and never takes long, whatever the path', () => {
  const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 12 }));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const place = organisedPlace(`/${pieces.join('')}.mkv`);
      for (const name of place === null ? [] : [...place.folders, place.stem]) {
        expect(safeName(name)).toBe(name);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(240);
      }
    }),
  );
});

it.each(['12.', '01 ', 'S01E01', '1x01', '(2010', '- ', 'E1', 'a.', ' ', '2010 ', '[a]'])(
  'is not held up by a name that repeats %j',
  (unit) => {
    const before = process.cpuUsage();
    organisedPlace(`/Films/${unit.repeat(Math.floor(240 / unit.length))} 2010.mkv`);
    const { user } = process.cpuUsage(before);
    expect(user).toBeLessThan(500_000);
  },
);
