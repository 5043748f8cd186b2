const EXTENSION = /^(.+)(\.[^.\s]{1,16})$/su;

/** Digits in a run beyond which its length no longer decides. */
const LONGEST_COUNTED_RUN = 60;

/**
 * A key whose plain byte order is the natural order of names: "Episode 2" before "Episode 10", case and accents
 * set aside, and "Film.mkv" before "Film 2.mkv". Computed when a name is written, so that an index holds a
 * folder in the order in which it is shown.
 */
export function naturalSortKey(name: string): string {
  const [, stem = name, extension = ''] = EXTENSION.exec(name) ?? [];
  return `${orderable(stem)}\u0001${orderable(extension)}`;
}

function orderable(text: string): string {
  return foldForSearch(text).replace(/\d+/g, (run) => {
    const digits = run.replace(/^0+(?=\d)/, '');
    // The length goes before the digits: a number with more of them is the larger one.
    return String.fromCharCode(0x30 + Math.min(digits.length, LONGEST_COUNTED_RUN)) + digits;
  });
}

/** Text without the differences that people do not type: case, accents, compatibility forms. */
export function foldForSearch(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}
