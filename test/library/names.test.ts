import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { collisionKey, distinctName, safeName } from '../../src/library/names.ts';

const hostilePart = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom(
    '/',
    '\\',
    '\0',
    '..',
    '.',
    ' ',
    'CON',
    'nul.txt',
    'e\u0301',
    '\u202e',
    '\ud800',
    '\n',
    '.mkv',
  ),
  fc.constantFrom('x'.repeat(300), 'é'.repeat(200), '🎬'.repeat(80), '.'.repeat(300), ' '.repeat(260)),
);
const hostileName = fc.array(hostilePart, { maxLength: 4 }).map((parts) => parts.join(''));

it('makes any remote name a segment that is safe on every file system', () => {
  fc.assert(
    fc.property(hostileName, (remoteName) => {
      const name = safeName(remoteName);
      expect(name).not.toBe('');
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(name).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029/\\:*?"<>|\p{Surrogate}]/u);
      expect(name).not.toMatch(/^\.{1,2}$|^ | $|\.$/);
      expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      expect(name.normalize('NFC')).toBe(name);
      expect(safeName(name)).toBe(name);
    }),
    { numRuns: 2000 },
  );
});

it('tells any number of siblings apart, whatever they are called', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(hostileName, fc.constantFrom('A', 'a', 'a (2)')), { maxLength: 20 }),
      (names) => {
        const taken = new Set<string>();
        for (const remoteName of names) {
          const name = distinctName(safeName(remoteName), (key) => taken.has(key));
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          expect(taken.has(collisionKey(name))).toBe(false);
          taken.add(collisionKey(name));
        }
      },
    ),
  );
});

it.each([
  ['Film.mkv', 'Film.mkv'],
  ['a/b\\c', 'a／b＼c'],
  ['..', '．．'],
  ['.hidden', '.hidden'],
  [' end. ', '␠end.␠'],
  ['dot.', 'dot．'],
  ['aux.mkv', 'aux_.mkv'],
  ['', '_'],
  ['tab\there', 'tab␉here'],
  ['e\u0301', 'é'],
])('maps %j to %j', (remoteName, name) => {
  expect(safeName(remoteName)).toBe(name);
});

it('keeps the extension of a name that is too long, also when it needs a number', () => {
  const name = safeName(`${'é'.repeat(200)}.mkv`);
  expect(name.endsWith('é.mkv')).toBe(true);
  const other = distinctName(name, (key) => key === collisionKey(name));
  expect(other).toMatch(/é \(2\)\.mkv$/);
  expect(Buffer.byteLength(other)).toBeLessThanOrEqual(255);
});
