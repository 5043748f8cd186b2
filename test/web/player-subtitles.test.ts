import { describe, expect, it } from 'vitest';
import { Addresses } from '../../src/web/client/api/addresses.ts';
import type { SubtitleTrack } from '../../src/web/client/api/media-info.ts';
import {
  embeddedSubtitles,
  preferredSubtitles,
  subtitlesBeside,
} from '../../src/web/client/player/subtitles.ts';
import { fileEntry, playable } from './entries.ts';

const addresses = new Addresses('http://bridge/');
const film = fileEntry({ name: 'Film.2020.mkv' });

function track(over: Partial<SubtitleTrack>): SubtitleTrack {
  return { index: 2, codec: 'subrip', language: null, title: null, isDefault: false, forced: false, ...over };
}

function beside(...names: readonly string[]) {
  const siblings = names.map((name) => fileEntry({ id: name, name, media: 'subtitle' }));
  return subtitlesBeside(addresses, film, siblings).map(({ label, language }) => [label, language]);
}

describe('subtitles beside a film', () => {
  it('are those that carry its name, with what else their names say', () => {
    expect(
      beside('Film.2020.srt', 'Film.2020.en.srt', 'film.2020.FR.forced.ass', 'Film.2020.pt-BR.vtt'),
    ).toEqual([
      ['Film.2020.srt', null],
      ['English', 'en'],
      ['French, forced', 'FR'],
      ['Brazilian Portuguese', 'pt-BR'],
    ]);
  });

  it('are none of another film, nor in a form that cannot be shown', () => {
    expect(beside('Film.2021.srt', 'Film.20201.srt', 'Film.2020.sub', 'Film.2020.en.srt.txt')).toEqual([]);
  });
});

describe('subtitles within a film', () => {
  it('are those of text, by their languages or else by their number', () => {
    const subtitles = [
      track({ index: 2, language: 'ger', forced: true }),
      track({ index: 3, codec: 'hdmv_pgs_subtitle', language: 'eng' }),
      track({ index: 4, codec: 'ass', title: 'Signs' }),
    ];
    const choices = embeddedSubtitles(addresses, film, playable({ subtitles }));
    expect(choices).toEqual([
      {
        label: 'German, SubRip, forced',
        language: 'ger',
        address: 'http://bridge/media/abc/subtitles/2.vtt',
      },
      { label: 'ASS, Signs', language: null, address: 'http://bridge/media/abc/subtitles/4.vtt' },
    ]);
  });
});

describe('the subtitles that are shown without being asked for', () => {
  const choices = ['en', 'fre', null].map((language) => ({ label: '', language, address: String(language) }));

  it('are in the language chosen last, however it is written', () => {
    expect(preferredSubtitles(choices, 'eng')?.language).toBe('en');
    expect(preferredSubtitles(choices, 'fr')?.language).toBe('fre');
  });

  it('are none when none were wanted, or none are in that language', () => {
    expect(preferredSubtitles(choices, '')).toBeNull();
    expect(preferredSubtitles(choices, 'de')).toBeNull();
  });
});
