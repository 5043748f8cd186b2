/** What leads to the description of the picture in an MP4 file, from the outside in (ISO/IEC 14496-12). */
const PATH = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'stsd', 'avc1'];
const HEADER = 8;
/** The version and the count before the entries of `stsd`. */
const BEFORE_ENTRIES = 8;

/**
 * An MP4 file of one H.264 track, its index at its end, as one that says it is Dolby Vision of a profile: the record is
 * in the container alone ("Dolby Vision Streams within the ISO Base Media File Format").
 */
export function asDolbyVision(mp4: Buffer, profile: number): Buffer {
  const record = Buffer.alloc(32);
  record.writeUInt32BE(record.length, 0);
  record.write('dvvC', 4, 'latin1');
  // Version 1.0; the profile, level 6, and that there are metadata and a base layer.
  record.writeUInt8(1, HEADER);
  record.writeUInt16BE((profile << 9) | (6 << 3) | 0b101, HEADER + 2);
  const file = Buffer.from(mp4);
  let start = 0;
  let end = file.length;
  for (const type of PATH) {
    const box = boxOf(type, file, start, end);
    file.writeUInt32BE(box.end - box.start + record.length, box.start);
    start = box.start + HEADER + (type === 'stsd' ? BEFORE_ENTRIES : 0);
    end = box.end;
  }
  return Buffer.concat([file.subarray(0, end), record, file.subarray(end)]);
}

function boxOf(type: string, file: Buffer, from: number, to: number): { start: number; end: number } {
  for (let start = from; start < to; start += file.readUInt32BE(start)) {
    if (file.toString('latin1', start + 4, start + HEADER) === type)
      return { start, end: start + file.readUInt32BE(start) };
  }
  throw new Error(`the file has no ${type}`);
}
