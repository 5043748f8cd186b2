import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  folderRoute,
  formatRoute,
  parentPath,
  parseRoute,
  type Route,
} from '../../src/web/client/routing/route.ts';

const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.includes('/'));
const details = fc.option(fc.string({ minLength: 1 }), { nil: null });
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.record({
    view: fc.constant('folder' as const),
    path: fc.array(name).map((names) => `/${names.join('/')}`),
    details,
  }),
  fc.record({ view: fc.constant('search' as const), text: fc.string({ unit: 'grapheme' }), details }),
  fc.record({ view: fc.constant('file' as const), id: name }),
  fc.record({ view: fc.constant('page' as const), name: fc.constantFrom('status', 'setup', 'first-run') }),
);

describe('the address of a view', () => {
  it('leads back to the same view, whatever the names in it', () => {
    fc.assert(
      fc.property(route, (given) => {
        expect(parseRoute(formatRoute(given))).toEqual(given);
      }),
    );
  });

  it('holds a folder as names that people can read', () => {
    expect(formatRoute(folderRoute('/Movies/Alien'))).toBe('#/folder/Movies/Alien');
    expect(formatRoute(folderRoute('/'))).toBe('#/folder');
  });

  it.each(['', '#', '#/', '#/folder', '#/folder/', '#//'])('%j is the root of the library', (fragment) => {
    expect(parseRoute(fragment)).toEqual(folderRoute('/'));
  });

  it('that was cut or mistyped still leads somewhere', () => {
    expect(parseRoute('#/folder/100%')).toEqual(folderRoute('/100%'));
    expect(parseRoute('#/nothing')).toEqual({ view: 'page', name: 'nothing' });
  });
});

it('the folder above is the path without its last name', () => {
  expect(parentPath('/Movies/Alien/Alien.mkv')).toBe('/Movies/Alien');
  expect(parentPath('/Movies')).toBe('/');
});
