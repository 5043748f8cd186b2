import { setImmediate as turn } from 'node:timers/promises';
import type { Entry, FileEntry } from '../../library/entry.ts';
import type { FoundEntry } from '../../library/library.ts';
import { escapeHtml } from '../escape-html.ts';

/** Characters after which a listing lets other requests have their turn. */
const PIECE = 32 * 1024;

/** Joins many small texts into few larger ones, so that a long list is neither held whole nor sent in crumbs. */
export async function* inPieces(texts: Iterable<string>): AsyncGenerator<string, void, undefined> {
  let piece = '';
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
    await turn();
  }
  if (piece !== '') yield piece;
}

/**
 * A folder as the list that nginx's autoindex gives: the form that rclone's http remote, Kodi and wget read. Links
 * are relative; folders come with a slash; dates are UTC; sizes are bytes.
 */
export function* htmlListing(path: string, entries: Iterable<Entry>): Generator<string, void, undefined> {
  const title = escapeHtml(`Index of ${path}`);
  yield (
    '<!doctype html>\n<html><head><meta charset="utf-8">' +
    '<meta name="viewport" content="width=device-width, initial-scale=1">' +
    `<title>${title}</title></head>\n<body><h1>${title}</h1><hr><pre>`
  );
  yield path === '/' ? '' : '<a href="../">../</a>\n';
  for (const entry of entries) yield htmlLine(entry);
  yield '</pre><hr></body></html>\n';
}

function htmlLine(entry: Entry): string {
  const slash = entry.kind === 'folder' ? '/' : '';
  const size = entry.kind === 'folder' ? '-' : String(entry.size);
  const name = escapeHtml(entry.name) + slash;
  const href = encodeURIComponent(entry.name) + slash;
  return `<a href="${href}">${name}</a>  ${listingDate(entry.modifiedAt)}  ${size.padStart(14)}\n`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function listingDate(time: number): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()] ?? 'Jan'}-${date.getUTCFullYear()}`;
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
}

/** The same folder for programs. */
export function* jsonListing(path: string, entries: Iterable<Entry>): Generator<string, void, undefined> {
  yield `{"path":${JSON.stringify(path)},"entries":[`;
  let separator = '';
  for (const entry of entries) {
    yield separator + JSON.stringify(listedEntry(entry));
    separator = ',\n';
  }
  yield ']}\n';
}

function listedEntry(entry: Entry): Record<string, unknown> {
  const { kind, id, name } = entry;
  const modified = new Date(entry.modifiedAt).toISOString();
  if (entry.kind === 'folder') return { kind, id, name, modified };
  return { kind, id, name, modified, size: entry.size, contentType: entry.contentType };
}

/** An extended M3U of the video and audio among `files`, in their order. */
export function* m3uPlaylist(
  files: Iterable<FoundEntry & { readonly entry: FileEntry }>,
  addressOf: (file: FileEntry) => string,
): Generator<string, void, undefined> {
  yield '#EXTM3U\n';
  for (const { entry } of files) {
    if (!/^(?:video|audio)\//.test(entry.contentType)) continue;
    yield `#EXTINF:-1,${playlistTitle(entry.name)}\n${addressOf(entry)}\n`;
  }
}

/** A name must not begin another line, which a player would take for an address or a directive. */
function playlistTitle(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must go
  return name.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
}
