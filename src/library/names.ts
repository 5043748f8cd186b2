import { Buffer } from 'node:buffer';

/** The most that common file systems take for one name, bytes of UTF-8. */
const LONGEST_BYTES = 255;
const LONGEST_EXTENSION_BYTES = 32;

/** Look-alikes for what Windows, or everyone, refuses in a name. */
const TWINS: ReadonlyMap<string, string> = new Map([
  ['/', '／'],
  ['\\', '＼'],
  [':', '：'],
  ['*', '＊'],
  ['?', '？'],
  ['"', '＂'],
  ['<', '＜'],
  ['>', '＞'],
  ['|', '｜'],
]);
const REFUSED = /[/\\:*?"<>|]/g;

/** C0 controls and DEL have pictures of their own (Unicode block "Control Pictures"). */
// eslint-disable-next-line no-control-regex -- these are exactly what must not get through
const CONTROLS = /[\u0000-\u001f\u007f]/g;
/** C1 controls, line separators that text formats take for line ends, and halves of surrogate pairs. */
const UNSHOWABLE = /[\u0080-\u009f\u2028\u2029\p{Surrogate}]/gu;
const REPLACEMENT = '\ufffd';

const RESERVED_ON_WINDOWS = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?= *(?:\.|$))/i;
const EXTENSION = /^(.+)(\.[^.\s]+)$/su;

/**
 * Maps a remote name to a path segment that is safe everywhere it may go: URL, WebDAV, STRM file, mount. The
 * result is never empty, in Unicode form NFC, at most 255 bytes of UTF-8 with its extension kept, and the same
 * for the same name. It may equal that of a sibling: see `distinctName`.
 */
export function safeName(remoteName: string): string {
  const shown = remoteName
    .replace(UNSHOWABLE, REPLACEMENT)
    .normalize('NFC')
    .replace(REFUSED, (character) => TWINS.get(character) ?? REPLACEMENT)
    .replace(CONTROLS, picture);
  return fit(guardReserved(fit(guardEnds(shown), '')), '');
}

/** Names with equal keys cannot stand side by side on a file system that ignores case or Unicode form. */
export function collisionKey(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** `name`, or, when its key is taken, the first of `name (2)`, `name (3)` … before the extension that is free. */
export function distinctName(name: string, isTaken: (key: string) => boolean): string {
  if (!isTaken(collisionKey(name))) return name;
  for (let count = 2; ; count += 1) {
    const candidate = fit(name, ` (${count})`);
    if (!isTaken(collisionKey(candidate))) return candidate;
  }
}

function picture(control: string): string {
  return control === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + control.charCodeAt(0));
}

/** Spaces at either end and dots at the end vanish on Windows; '.' and '..' mean other folders everywhere. */
function guardEnds(name: string): string {
  if (name === '') return '_';
  return name
    .replace(/^\.{1,2}$/, (dots) => '．'.repeat(dots.length))
    .replace(/^ /, '\u2420')
    .replace(/ $/, '\u2420')
    .replace(/\.$/, '．');
}

function guardReserved(name: string): string {
  return name.replace(RESERVED_ON_WINDOWS, '$1_');
}

/** Cuts the stem, so that stem, suffix and extension together fit. */
function fit(name: string, suffix: string): string {
  const [stem, extension] = splitExtension(name);
  const room = LONGEST_BYTES - Buffer.byteLength(suffix) - Buffer.byteLength(extension);
  return cutToBytes(stem, room) + suffix + extension;
}

function splitExtension(name: string): [stem: string, extension: string] {
  const [, stem, extension] = EXTENSION.exec(name) ?? [];
  if (stem === undefined || extension === undefined) return [name, ''];
  return Buffer.byteLength(extension) > LONGEST_EXTENSION_BYTES ? [name, ''] : [stem, extension];
}

/** The longest beginning of `text` of at most `most` bytes of UTF-8 that splits no code point and ends well. */
function cutToBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end).replace(/[ .]+$/, '') || '_';
}
