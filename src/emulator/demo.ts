import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { EmulatedAccount } from './account.ts';
import { ROOT_ID } from './emulated-entry.ts';
import type { ContentSource } from './content.ts';
import { fileContent } from './content.ts';

/** Names by content; a folder is an object. An array holds files that share a name. */
interface DemoFolder {
  readonly [name: string]: DemoFolder | DemoMedia | readonly DemoMedia[];
}

type DemoMedia = (typeof MEDIA)[number];

const MEDIA = [
  'film.mp4',
  'film.mkv',
  'episode.mkv',
  'song.mp3',
  'song.flac',
  'poster.jpg',
  'photo.jpg',
  'subtitles.srt',
  'subtitles.ass',
] as const;

const LIBRARY: DemoFolder = {
  Movies: {
    'Gradients (2021)': {
      'Gradients (2021) 1080p.mp4': 'film.mp4',
      'Gradients (2021) 1080p.en.srt': 'subtitles.srt',
      'poster.jpg': 'poster.jpg',
    },
    'The Game of Life (1970)': {
      'The Game of Life (1970) Multi.mkv': 'film.mkv',
      'The Game of Life (1970) Multi.fr.ass': 'subtitles.ass',
      'poster.jpg': 'poster.jpg',
    },
    "L'Été à la plage (2019)": { "L'Été à la plage (2019).mp4": 'film.mp4' },
  },
  Shows: {
    'Test Patterns': {
      'Season 01': {
        'Test Patterns - S01E01 - Bars.mkv': 'episode.mkv',
        'Test Patterns - S01E01 - Bars.en.srt': 'subtitles.srt',
        'Test Patterns - S01E02 - Tones.mkv': 'episode.mkv',
        'Test Patterns - S01E02 - Tones.en.srt': 'subtitles.srt',
        'Test Patterns - S01E10 - Snow.mkv': 'episode.mkv',
      },
      'Season 02': {
        'Test Patterns - S02E01 - Colours.mkv': 'episode.mkv',
        'Test Patterns - S02E02 - Clock.mkv': 'episode.mkv',
        'Test Patterns - S02E02 - Clock.fr.ass': 'subtitles.ass',
      },
      'poster.jpg': 'poster.jpg',
    },
  },
  Music: {
    'The Oscillators': {
      'Sine of the Times': {
        '01 Two Tones.mp3': 'song.mp3',
        '02 One Tone.flac': 'song.flac',
        'cover.jpg': 'poster.jpg',
      },
    },
  },
  Photos: {
    '2026': { 'Mandelbrot.jpg': 'photo.jpg', 'Seahorse valley.jpg': 'photo.jpg' },
  },
  'Hard names': {
    'Café – naïve façade.mp4': 'film.mp4',
    'Cafe\u0301 with a combining accent.mp4': 'film.mp4',
    'Popcorn 🍿 and 👩‍🚀.mkv': 'episode.mkv',
    'שלום עולם.mkv': 'episode.mkv',
    '東京物語.mkv': 'episode.mkv',
    'Question? Yes: 100% * | really.mkv': 'episode.mkv',
    'CON.mp3': 'song.mp3',
    'ends with a dot.': 'subtitles.srt',
    'Readme.srt': 'subtitles.srt',
    'README.srt': 'subtitles.srt',
    'Same name.mkv': ['film.mkv', 'episode.mkv'],
    'Film #1 & more; (a+b) [x].mkv': 'episode.mkv',
    [`${'A very long title '.repeat(13).trim()}.mkv`]: 'episode.mkv',
    'Empty folder': {},
  },
};

/** When the library was put together; fixed, so that a restart finds nothing changed. */
const UPLOADED_AT_MS = Date.UTC(2026, 6, 14, 18, 30);

/** The small library that newcomers see: real films, songs and pictures, and names that are hard to serve. */
export function demoAccount(clock?: Clock): EmulatedAccount {
  const account = new EmulatedAccount({ clock });
  const contents = new Map(
    MEDIA.map((name) => [name, fileContent(join(import.meta.dirname, 'media', name))]),
  );
  fill(account, ROOT_ID, LIBRARY, contents);
  return account;
}

function fill(
  account: EmulatedAccount,
  folderId: number,
  folder: DemoFolder,
  contents: ReadonlyMap<DemoMedia, ContentSource>,
): void {
  for (const [name, entry] of Object.entries(folder)) {
    if (typeof entry === 'object' && !isMediaList(entry)) {
      const id = account.addFolder(folderId, name, { createdAt: UPLOADED_AT_MS });
      fill(account, id, entry, contents);
      continue;
    }
    for (const media of typeof entry === 'string' ? [entry] : entry) {
      const content = contents.get(media);
      if (content !== undefined) account.addFile(folderId, name, content, { uploadedAt: UPLOADED_AT_MS });
    }
  }
}

function isMediaList(entry: DemoFolder | readonly DemoMedia[]): entry is readonly DemoMedia[] {
  return Array.isArray(entry);
}
