/**
 * Reads the text of a subtitle file: UTF-8 or UTF-16 where the bytes are that, else Windows-1252, in which most of the
 * older western ones are. Lines end in `\n` afterwards.
 */
export function decodeSubtitles(bytes: Uint8Array): string {
  const charset = charsetOf(bytes);
  const text = new TextDecoder(charset).decode(bytes);
  const letters = charset === 'windows-1252' ? text.replaceAll(/[\x80-\x9f]/g, punctuationOf) : text;
  return letters.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '');
}

/** What Windows-1252 has from 0x80 to 0x9f (encoding.spec.whatwg.org); some versions of Node.js decode Latin-1 there. */
const PUNCTUATION = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function punctuationOf(control: string): string {
  return PUNCTUATION[control.charCodeAt(0) - 0x80] ?? control;
}

function charsetOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  // Subtitles begin with ASCII: a number, a bracket or a word.
  if (bytes[0] !== 0 && bytes[1] === 0) return 'utf-16le';
  if (bytes[0] === 0 && bytes[1] !== 0) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

const TIMING = /^\s*(\d+):(\d{1,2}):(\d{1,2})[,.](\d{1,3})\s*-->\s*(\d+):(\d{1,2}):(\d{1,2})[,.](\d{1,3})/;

/** WebVTT from SubRip: the timings in its form, and without the counters and the `{\an8}` of other programs. */
export function webVttFromSubRip(text: string): string {
  const cues: string[] = [];
  for (const block of text.split(/\n[ \t]*\n+/)) {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => TIMING.test(line));
    const timing = TIMING.exec(lines[at] ?? '');
    if (timing === null) continue;
    const [, ...parts] = timing;
    const words = lines
      .slice(at + 1)
      .map((line) => line.replaceAll(/\{\\[^}]*\}/g, '').replaceAll('-->', '->'))
      .filter((line) => line.trim() !== '');
    if (words.length > 0) cues.push([`${time(parts)} --> ${time(parts.slice(4))}`, ...words].join('\n'));
  }
  return ['WEBVTT', ...cues].join('\n\n') + '\n';
}

function time([hours = '0', minutes = '0', seconds = '0', fraction = '0']: readonly string[]): string {
  const clock = [hours, minutes, seconds].map((part) => part.padStart(2, '0')).join(':');
  return `${clock}.${fraction.padEnd(3, '0')}`;
}
