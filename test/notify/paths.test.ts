import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serverPathMapping } from '../../src/config/value-types.ts';
import { changedFolders, folderAbove, isInside } from '../../src/notify/changed-folders.ts';
import { mappedPath } from '../../src/notify/path-mapping.ts';
import { PendingChanges } from '../../src/notify/pending-changes.ts';

describe('the path by which a server sees a file', () => {
  const mappings = [
    { from: '/data/strm', to: '/media/strm' },
    { from: '/data/strm/Films/', to: 'smb://nas/films/' },
    { from: '/data/win', to: 'D:\\media' },
    { from: '/data/root', to: '/' },
  ];

  it.each([
    ['/data/strm/Shows/a.strm', '/media/strm/Shows/a.strm'],
    ['/data/strm', '/media/strm'],
    ['/data/strm/Films/a.strm', 'smb://nas/films/a.strm'],
    ['/data/win/Films/a.strm', 'D:\\media\\Films\\a.strm'],
    ['/data/root/a.strm', '/a.strm'],
    ['/data/root', '/'],
    ['/data/strmfiles/a.strm', '/data/strmfiles/a.strm'],
    ['/elsewhere/a.strm', '/elsewhere/a.strm'],
  ])('of %s is %s', (path, seen) => {
    expect(mappedPath(path, mappings)).toBe(seen);
  });
});

describe('a mapping of paths', () => {
  it.each([
    ['/data/strm=/media/strm', { server: null, from: '/data/strm', to: '/media/strm' }],
    ['plex:/data/strm=/mnt/1fichier', { server: 'plex', from: '/data/strm', to: '/mnt/1fichier' }],
    [' Kodi:/data=smb://nas/share ', { server: 'kodi', from: '/data', to: 'smb://nas/share' }],
    ['data/strm=/media', undefined],
    ['mythtv:/data=/media', undefined],
    ['/data', undefined],
  ])('is read from %s', (text, mapping) => {
    expect(serverPathMapping.parse(text)).toEqual(mapping);
  });
});

describe('the folders to scan', () => {
  it.each([
    ['/a/b/c.strm', '/a/b'],
    ['/a', '/'],
    ['/', '/'],
    ['C:\\a\\b', 'C:\\a'],
    ['C:\\a', 'C:\\'],
    ['smb://nas/share', 'smb://nas/'],
    ['smb://nas/share/a', 'smb://nas/share'],
    ['smb://nas/', 'smb://nas/'],
    ['smb://nas', 'smb://nas'],
  ])('lie above %s at %s', (path, above) => {
    expect(folderAbove(path)).toBe(above);
  });

  it('leave out what lies in another of them', () => {
    const paths = ['/m/A/a.strm', '/m/A/Season 1/b.strm', '/m/AB/c.strm', '/m/A'];
    expect(
      changedFolders(
        paths.map((path) => ({ path, kind: 'created' })),
        10,
      ),
    ).toEqual(['/m/A', '/m/AB']);
  });

  it('are never more than wanted, and cover every change', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join('/')}/x.strm`);
    fc.assert(
      fc.property(
        fc.array(path, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (paths, most) => {
          const folders = changedFolders(
            paths.map((each) => ({ path: each, kind: 'modified' })),
            most,
          );
          expect(folders.length).toBeLessThanOrEqual(most);
          for (const each of paths)
            expect(folders.some((folder) => folder === '/' || isInside(each, folder))).toBe(true);
        },
      ),
    );
  });
});

describe('changes that wait', () => {
  it('tell the outcome of several changes of one path', () => {
    const pending = new PendingChanges(10);
    const change = (path: string, kind: 'created' | 'modified' | 'deleted') => ({ path, kind });
    pending.add([change('/new', 'created'), change('/new', 'modified')]);
    pending.add([change('/replaced', 'deleted'), change('/replaced', 'created')]);
    pending.add([change('/gone', 'modified'), change('/gone', 'deleted')]);
    expect(pending.take()).toEqual([
      change('/new', 'created'),
      change('/replaced', 'modified'),
      change('/gone', 'deleted'),
    ]);
    expect(pending.size).toBe(0);
  });

  it('become the folders above them when they are too many', () => {
    const pending = new PendingChanges(100);
    for (let film = 0; film < 5000; film += 1) {
      pending.add([{ path: `/strm/Movies/Film ${film}/Film ${film}.strm`, kind: 'created' }]);
      expect(pending.size).toBeLessThanOrEqual(100);
    }
    const told = pending.take();
    for (let film = 0; film < 5000; film += 1) {
      expect(told.some(({ path }) => isInside(`/strm/Movies/Film ${film}/Film ${film}.strm`, path))).toBe(
        true,
      );
    }
  });
});
