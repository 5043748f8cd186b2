import type { EmulatedFile } from './emulated-entry.ts';
import type { StorageFault } from './storage-faults.ts';

/** What is sent of the file, and how it is described; the two differ where a fault lies. */
export interface Piece {
  readonly status: 200 | 206;
  readonly start: number;
  readonly end: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** The piece a request gets, told rightly or, with some faults, wrongly. */
export function describePiece(
  file: EmulatedFile,
  range: 'whole' | [number, number],
  fault: StorageFault | undefined,
): Piece {
  const { size } = file.content;
  if (range === 'whole' || fault?.kind === 'whole') {
    return { status: 200, start: 0, end: promisedEnd(0, size, fault), headers: lengthHeader(0, size, fault) };
  }
  const shift = fault?.kind === 'wrong-range' ? fault.shift : 0;
  const start = Math.max(0, Math.min(range[0] + shift, size - 1));
  const end = Math.min(range[1] + shift, size);
  return {
    status: 206,
    start,
    end: promisedEnd(start, end, fault),
    headers: {
      'Content-Range': `bytes ${start}-${end - 1}/${size}`,
      ...lengthHeader(start, end, fault),
    },
  };
}

/** Where the bytes really end. */
function promisedEnd(start: number, end: number, fault: StorageFault | undefined): number {
  if (fault?.kind === 'clipped') return Math.max(start, end - fault.missingBytes);
  return end;
}

function lengthHeader(start: number, end: number, fault: StorageFault | undefined): Record<string, string> {
  const told = fault?.kind === 'clipped' ? promisedEnd(start, end, fault) : end;
  return { 'Content-Length': String(told - start) };
}

/** Reads one range; several, or one not understood, get the whole file. Bytes, end exclusive. */
export function readRange(
  header: string | undefined,
  size: number,
): 'whole' | 'unsatisfiable' | [number, number] {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'whole';
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  return start < size && start < end ? [start, end] : 'unsatisfiable';
}

export function disposition(inline: boolean, name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `${inline ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encodeRfc5987(name)}`;
}

/** RFC 8187; the round trip through bytes replaces lone surrogates, which have no encoding. */
function encodeRfc5987(text: string): string {
  const escapeByte = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(Buffer.from(text).toString()).replace(/['()*]/g, escapeByte);
}
