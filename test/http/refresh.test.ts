import type { LightMyRequestResponse } from 'fastify';
import { describe, expect, it } from 'vitest';
import { importHookRoutes } from '../../src/http/api/import-hook-routes.ts';
import { FakeLibrary } from '../support/fake-library.ts';
import { testServer, type TestServer } from '../support/http-server.ts';

describe('a refresh of a path that the library may not know', () => {
  it('reads the nearest folder it knows, then what appears on the way, and all below only at its end', async () => {
    const { server, library } = testServer();
    const series = library.addFolder('/Series');
    library.onRefresh = (folderId) => {
      if (folderId === series.id) library.addFolder('/Series/Dark');
      else library.addFolder('/Series/Dark/Season 1');
      return Promise.resolve();
    };
    const payload = { path: '/Series/Dark/Season 1', nearest: true, recursive: true };
    const answer = await server.inject({ method: 'POST', url: '/api/v1/refresh', payload });
    expect(answer.json()).toEqual({ state: 'done' });
    const pathsOf = library.refreshed.map(({ folderId, recursive }) => {
      const folder = library.folderById(folderId);
      return [folder === null ? null : library.pathOf(folder), recursive];
    });
    expect(pathsOf).toEqual([
      ['/Series', false],
      ['/Series/Dark', false],
      ['/Series/Dark/Season 1', true],
    ]);
  });

  it('reads the folder of a file, and the root when nothing of the path is known', async () => {
    const { server, library } = testServer();
    const films = library.addFolder('/Films');
    library.addFile('/Films/Heat.mkv');
    for (const path of ['/Films/Heat.mkv', '/Nowhere/At/All']) {
      const payload = { path, nearest: true, recursive: true };
      await server.inject({ method: 'POST', url: '/api/v1/refresh', payload });
    }
    expect(library.refreshed).toMatchObject([
      { folderId: films.id, recursive: false },
      { folderId: 0, recursive: false },
    ]);
  });

  it('is refused as before when not asked for the nearest', async () => {
    const { server, library } = testServer();
    const payload = { path: '/Nowhere' };
    expect((await server.inject({ method: 'POST', url: '/api/v1/refresh', payload })).statusCode).toBe(404);
    expect(library.refreshed).toEqual([]);
  });
});

describe('the webhook for Radarr and Sonarr', () => {
  function hooked(): TestServer {
    const library = new FakeLibrary();
    const paths = [
      { from: '/mnt/1fichier', to: '/' },
      { from: '/tv/', to: '/Series' },
      { from: 'D:\\Films', to: '/Films' },
    ];
    return {
      ...testServer({ parts: { library, apiRoutes: [importHookRoutes({ library, paths })] } }),
      library,
    };
  }

  function post({ server }: TestServer, payload: object): Promise<LightMyRequestResponse> {
    return server.inject({ method: 'POST', url: '/api/v1/hooks/import', payload });
  }

  it.each([
    [
      {
        eventType: 'Download',
        movie: { id: 1, title: 'Heat', folderPath: '/mnt/1fichier/Films/Heat (1995)' },
      },
    ],
    [
      {
        eventType: 'MovieDelete',
        movie: { id: 1, folderPath: 'D:\\Films\\Heat (1995)' },
        deletedFiles: true,
      },
    ],
  ])('reads the folder of a film: %j', async (payload) => {
    const stage = hooked();
    const folder = stage.library.addFolder('/Films/Heat (1995)');
    const answer = await post(stage, payload);
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ state: 'started', path: '/Films/Heat (1995)' });
    expect(stage.library.refreshed).toMatchObject([{ folderId: folder.id, recursive: true }]);
  });

  it('reads the folder of a series with its seasons, and the one above it when it is new', async () => {
    const stage = hooked();
    const series = stage.library.addFolder('/Series');
    const answer = await post(stage, {
      eventType: 'Download',
      series: { id: 1, title: 'Dark', path: '/tv/Dark' },
      episodes: [{ id: 1, episodeNumber: 1, seasonNumber: 1 }],
      episodeFile: { relativePath: 'Season 01/Dark S01E01.mkv' },
    });
    expect(answer.json()).toEqual({ state: 'started', path: '/Series/Dark' });
    expect(stage.library.refreshed).toMatchObject([{ folderId: series.id, recursive: false }]);
  });

  it('answers a test, and events without a folder, and does nothing', async () => {
    const stage = hooked();
    const tried = await post(stage, { eventType: 'Test', movie: { folderPath: 'C:\\testpath' } });
    const health = await post(stage, { eventType: 'Health', level: 'warning' });
    for (const answer of [tried, health]) {
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toEqual({ state: 'nothing-to-do' });
    }
    expect(stage.library.refreshed).toEqual([]);
  });

  it('refuses a path that no mapping covers, by the name of the setting', async () => {
    const stage = hooked();
    const answer = await post(stage, { eventType: 'Download', series: { path: '/tvshows/Dark' } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ hint: expect.stringContaining('BRIDGE_IMPORT_PATHS') as string });
    expect(stage.library.refreshed).toEqual([]);
  });
});
