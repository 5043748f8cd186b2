import { expect, test } from 'vitest';
import { holds, parseIfHeader, submittedTokens, type ResourceState } from '../../src/webdav/if-header.ts';

const state = (tokens: readonly string[], entityTag: string | null = null): ResourceState => ({
  lockTokens: new Set(tokens),
  entityTag,
});

test('a list holds when all of its conditions do, and the header when one list does', () => {
  const lists = parseIfHeader('(<urn:a> ["tag"]) (Not <urn:b> [W/"x"]) (<urn:c>)');
  expect(holds(lists, () => state(['urn:a'], '"tag"'))).toBe(true);
  expect(holds(lists, () => state(['urn:a'], '"other"'))).toBe(false);
  expect(holds(lists, () => state(['urn:c']))).toBe(true);
  expect(holds(lists, () => state([], 'W/"x"'))).toBe(true);
  expect(holds(lists, () => state(['urn:b'], 'W/"x"'))).toBe(false);
});

test('a tag holds for all lists after it', () => {
  const lists = parseIfHeader('<http://host/a> (<urn:1>) (Not <urn:2>) </b> (["t"])');
  expect(lists.map(({ resource }) => resource)).toEqual(['http://host/a', 'http://host/a', '/b']);
});

test('every token in the header counts as submitted, even a negated one', () => {
  const lists = parseIfHeader('(<urn:a>) (Not <DAV:no-lock>)');
  expect(submittedTokens(lists)).toEqual(new Set(['urn:a', 'DAV:no-lock']));
});

test.each([
  '',
  '()',
  '(<urn:a>',
  '<urn:a>',
  '(Not)',
  '(Not Not <urn:a>)',
  '(urn:a)',
  '(["a)',
  '(<a>) x',
  ')(',
])('the malformed header %j is refused', (header) => {
  expect(() => parseIfHeader(header)).toThrow(/If header is malformed/);
});
