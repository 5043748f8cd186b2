import { contentRange, type ByteRange } from './range.ts';

/** One piece of a multipart/byteranges body: framing text to send, then the bytes of a range. */
export interface MultipartPart {
  readonly heading: string;
  readonly range: ByteRange;
}

export interface MultipartPlan {
  readonly contentType: string;
  /** Bytes of the whole body, framing included. */
  readonly contentLength: number;
  readonly parts: readonly MultipartPart[];
  readonly closing: string;
}

export interface Representation {
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
}

/**
 * Lays out a multipart/byteranges body (RFC 9110 section 14.6), so that its length is known before its first byte.
 *
 * `boundary` must be unforeseeable: the contents are someone else's and must not be able to hold it.
 */
export function planMultipart(
  ranges: readonly ByteRange[],
  of: Representation,
  boundary: string,
): MultipartPlan {
  const parts = ranges.map((range, index) => ({
    heading:
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\n` +
      `Content-Type: ${of.contentType}\r\n` +
      `Content-Range: ${contentRange(range, of.size)}\r\n\r\n`,
    range,
  }));
  const closing = `\r\n--${boundary}--\r\n`;
  const bytes = parts.reduce(
    (sum, part) => sum + Buffer.byteLength(part.heading) + part.range.end - part.range.start,
    0,
  );
  return {
    contentType: `multipart/byteranges; boundary=${boundary}`,
    contentLength: bytes + Buffer.byteLength(closing),
    parts,
    closing,
  };
}
