import { describe, expect, it } from 'vitest';
import { testServer } from '../support/http-server.ts';

describe('the library as lists', () => {
  it('lists folders first, naturally ordered, with sizes and dates, by relative links', async () => {
    const { server, library } = testServer();
    library.addFile('/Shows/Episode 10.mkv', { size: 10 });
    library.addFile('/Shows/Episode 2.mkv', { size: 2 });
    library.addFolder('/Shows/Season 1');
    const { payload, headers } = await server.inject({ url: '/library/Shows/' });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const lines = [...payload.matchAll(/<a href="([^"]*)">([^<]*)<\/a>(.*)/g)].map((match) => match.slice(1));
    expect(lines.map(([href, text]) => [href, text])).toEqual([
      ['../', '../'],
      ['Season%201/', 'Season 1/'],
      ['Episode%202.mkv', 'Episode 2.mkv'],
      ['Episode%2010.mkv', 'Episode 10.mkv'],
    ]);
    expect(lines[3]?.[2]).toMatch(/^ {2}15-Jan-2026 20:30 +10$/);
  });

  it.each(['<img src=x onerror=alert(1)>', '100% "real" & more?#.mkv', 'a:b', '日本語 🎬.mkv', '..hidden'])(
    'shows the name %j as text and links to it',
    async (name) => {
      const { server, library } = testServer();
      const file = library.addFile('/x', { name });
      const { payload } = await server.inject({ url: '/library/' });
      expect(payload).not.toContain('<img');
      const href = /<a href="([^"]*)">/.exec(payload)?.[1] ?? '';
      expect(new URL(href, 'http://bridge/library/').pathname).toBe(`/library/${encodeURIComponent(name)}`);
      const answer = await server.inject({ url: `/library/${href}` });
      expect(answer.headers.etag).toContain(file.id);
    },
  );

  it('notes that someone looks at the folder', async () => {
    const { server, library } = testServer();
    const folder = library.addFolder('/Films');
    await server.inject({ url: '/library/Films/' });
    expect(library.opened).toEqual([folder.id]);
  });

  it('leads from a folder without a slash to the one with it, keeping the query', async () => {
    const { server, library } = testServer();
    library.addFolder('/New films');
    const answer = await server.inject({ url: '/library/New%20films?sort=date' });
    expect(answer.statusCode).toBe(301);
    expect(answer.headers.location).toBe('/library/New%20films/?sort=date');
    expect((await server.inject({ url: '/library' })).headers.location).toBe('/library/');
    expect((await server.inject({ url: '/' })).headers.location).toBe('/library/');
  });

  it('gives JSON to who asks for it', async () => {
    const { server, library } = testServer();
    const file = library.addFile('/Film.mkv', { size: 7 });
    const answer = await server.inject({ url: '/library/', headers: { accept: 'application/json' } });
    expect(answer.headers.vary).toBe('Accept');
    expect(answer.json()).toEqual({
      path: '/',
      entries: [
        {
          kind: 'file',
          id: file.id,
          name: 'Film.mkv',
          modified: '2026-01-15T20:30:00.000Z',
          size: 7,
          contentType: 'video/x-matroska',
        },
      ],
    });
  });

  it('sorts by size, descending, when asked', async () => {
    const { server, library } = testServer();
    library.addFile('/a', { size: 1 });
    library.addFile('/b', { size: 2 });
    const { payload } = await server.inject({ url: '/library/?sort=size&order=desc' });
    expect(payload.indexOf('>b<')).toBeLessThan(payload.indexOf('>a<'));
    expect((await server.inject({ url: '/library/?sort=colour' })).statusCode).toBe(400);
  });

  it('answers 404 for what is not there, and for a file as if it were a folder', async () => {
    const { server, library } = testServer();
    library.addFile('/Film.mkv');
    expect((await server.inject({ url: '/library/nothing' })).statusCode).toBe(404);
    expect((await server.inject({ url: '/library/Film.mkv/' })).statusCode).toBe(404);
    expect((await server.inject({ url: '/library/%zz' })).statusCode).toBe(400);
  });

  it.each(['/library/./a:b', '/./library/././a:b'])('takes the dot segments out of %s', async (url) => {
    const { server, library } = testServer();
    library.addFile('/a:b');
    expect((await server.inject({ url })).statusCode).toBe(200);
  });

  it('finds names of many characters, each of them encoded', async () => {
    const { server, library } = testServer();
    const name = `${'é'.repeat(240)}.mkv`;
    library.addFile(`/${name}`);
    expect((await server.inject({ url: `/library/${encodeURIComponent(name)}` })).statusCode).toBe(200);
  });

  it('lists 50,000 entries without building the list as one string', async () => {
    const { server, library } = testServer();
    for (let n = 0; n < 50_000; n += 1) {
      library.entries.push({ ...library.root(), id: n + 1, parentId: 0, name: `Folder ${n}` });
    }
    const { payload } = await server.inject({ url: '/library/' });
    expect(payload.match(/<a href=/g)?.length).toBe(50_000);
  });
});

describe('playlists', () => {
  it('name the video and audio of a folder by absolute addresses', async () => {
    const { server, library } = testServer();
    const film = library.addFile('/Films/Film 1.mkv');
    library.addFile('/Films/Film 1.srt', { contentType: 'application/x-subrip' });
    library.addFile('/Films/Extras/Trailer.mp4', { contentType: 'video/mp4' });
    const answer = await server.inject({
      url: '/playlist.m3u8?path=/Films',
      headers: { host: 'localhost:8787' },
    });
    expect(answer.payload).toBe(
      `#EXTM3U\n#EXTINF:-1,Film 1.mkv\nhttp://localhost:8787/stream/${film.id}/Film%201.mkv\n`,
    );
    const all = await server.inject({ url: '/playlist.m3u8?path=/Films&recursive=1' });
    expect(all.payload).toContain('Trailer.mp4');
  });

  it('use the public address and sign it when a token is set', async () => {
    const settings = { token: 'a-long-token', publicUrl: 'https://films.example' };
    const { server, library } = testServer({ settings });
    library.addFile('/Film.mkv');
    const { payload } = await server.inject({
      url: '/playlist.m3u8',
      headers: { authorization: 'Bearer a-long-token' },
    });
    const address = new URL(payload.split('\n')[2] ?? '');
    expect(address.origin).toBe('https://films.example');
    expect(payload).not.toContain('a-long-token');
    const answer = await server.inject({ url: address.pathname + address.search });
    expect(answer.statusCode).toBe(200);
  });

  it('keep a name with line breaks on its line', async () => {
    const { server, library } = testServer();
    library.addFile('/x', { name: 'a\n#EXTINF:0\r\nhttp://evil.example/' });
    const { payload } = await server.inject({ url: '/playlist.m3u8' });
    expect(payload.trim().split('\n').length).toBe(3);
  });
});
