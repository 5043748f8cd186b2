import { describe, expect, it } from 'vitest';
import { endpointTable } from '../../src/fichier/endpoints.ts';
import { API_KEY, apiServer, crawl, testClient, viewer } from './api-server.ts';

const server = apiServer();
const CHECKSUM = 'ab'.repeat(64);
const PAGE = 'https://1fichier.com/?2zk5abcd0efg1hij2klm';
const FILE = {
  url: PAGE,
  filename: 'test.txt',
  size: 12,
  date: '2021-06-22 14:57:25',
  checksum: CHECKSUM,
  'content-type': 'text/plain',
  pass: 0,
  acl: 0,
  cdn: 0,
};
const ROOT = { status: 'OK', folder_id: 0, name: 'Root', size: null, files: 0 };

describe('listFolder', () => {
  it('asks for files and folders in one authorised JSON call', async () => {
    server.answer({ body: ROOT });
    await testClient({ userAgent: 'fichier-bridge/9' }).client.listFolder(0, crawl);
    expect(server.received).toHaveLength(1);
    const [call] = server.received;
    expect(call?.path).toBe('folder/ls.cgi');
    expect(call?.body).toEqual({ folder_id: 0, files: 1 });
    expect(call?.headers.get('authorization')).toBe(`Bearer ${API_KEY}`);
    expect(call?.headers.get('content-type')).toBe('application/json');
    expect(call?.headers.get('user-agent')).toBe('fichier-bridge/9');
  });

  it('understands the root that was seen on the wire, and takes its dates as French time', async () => {
    const sub_folders = [{ id: 3357645, name: 'backup', create_date: '2021-03-20 16:42:15', pass: 0 }];
    server.answer({ body: { ...ROOT, sub_folders } });
    expect(await testClient().client.listFolder(0, crawl)).toEqual({
      folder: { id: 0, name: 'Root', createdAt: null },
      folders: [{ id: 3357645, name: 'backup', createdAt: Date.UTC(2021, 2, 20, 15, 42, 15) }],
      files: [],
      complete: true,
      flaw: null,
    });
  });

  it('gives each file with size, checksum, type and upload time', async () => {
    server.answer({ body: { ...ROOT, files: 1, items: [FILE] } });
    const listing = await testClient().client.listFolder(0, crawl);
    expect(listing.complete).toBe(true);
    expect(listing.files).toEqual([
      {
        url: PAGE,
        filename: 'test.txt',
        size: 12,
        uploadedAt: Date.UTC(2021, 5, 22, 12, 57, 25),
        checksum: CHECKSUM,
        contentType: 'text/plain',
      },
    ]);
  });

  it.each([
    ['missing', {}],
    ['null', { sub_folders: null, items: null }],
    ['empty', { sub_folders: [], items: [] }],
  ])('takes %s lists alike for an empty folder', async (_, lists) => {
    server.answer({ body: { ...ROOT, ...lists } });
    const listing = await testClient().client.listFolder(0, crawl);
    expect(listing).toMatchObject({ folders: [], files: [], complete: true });
  });

  it('reads numbers that come as strings, names that come as numbers, and the other spelling of the type', async () => {
    const item = { url: PAGE, filename: 2012, size: '12', content_type: 'video/mp4' };
    const body = {
      folder_id: '7',
      name: 300,
      files: '1',
      sub_folders: [{ id: '8', name: 1984 }],
      items: [item],
    };
    server.answer({ body });
    const listing = await testClient().client.listFolder(7, crawl);
    expect(listing.folder.name).toBe('300');
    expect(listing.folders).toEqual([{ id: 8, name: '1984', createdAt: null }]);
    expect(listing.files[0]).toMatchObject({
      filename: '2012',
      size: 12,
      contentType: 'video/mp4',
      uploadedAt: null,
    });
    expect(listing.complete).toBe(true);
  });

  it('keeps names exactly as they are', async () => {
    const names = [' spaced ', 'e\u0301.mkv', '..', 'a/b', '\u{1F600}', 'Flood detected: IP Locked #374'];
    const items = names.map((filename, index) => ({ ...FILE, url: `${PAGE}${index}`, filename }));
    server.answer({ body: { ...ROOT, files: names.length, items } });
    const listing = await testClient().client.listFolder(0, crawl);
    expect(listing.files.map((file) => file.filename)).toEqual(names);
  });

  it('reads a name whose backslash was not escaped', async () => {
    const body = JSON.stringify({ ...ROOT, files: 1, items: [{ ...FILE, filename: 'AC@DC' }] }).replace(
      '@',
      '\\',
    );
    server.answer({ body });
    const listing = await testClient().client.listFolder(0, crawl);
    expect(listing.files[0]?.filename).toBe('AC\\DC');
  });

  it.each([
    ['at-cap', 5000, 5000],
    ['count-mismatch', 3, 2],
    ['no-count', null, 2],
  ])('is never complete when flawed: %s', async (flaw, files, listed) => {
    const items = Array.from({ length: listed }, (_, index) => ({ ...FILE, url: `${PAGE}${index}` }));
    server.answer({ body: { ...ROOT, files, items } });
    const listing = await testClient().client.listFolder(0, crawl);
    expect(listing).toMatchObject({ complete: false, flaw });
    expect(listing.files).toHaveLength(listed);
  });

  it('leaves out an entry it cannot understand, and is incomplete then', async () => {
    const items = [FILE, { filename: 'no address', size: 1 }, { ...FILE, size: null }];
    server.answer({ body: { ...ROOT, files: 3, items, sub_folders: [{ name: 'no id' }] } });
    const listing = await testClient().client.listFolder(0, crawl);
    expect(listing.files).toHaveLength(1);
    expect(listing).toMatchObject({ folders: [], complete: false, flaw: 'count-mismatch' });
  });

  it('refuses the listing of another folder than the one asked for', async () => {
    server.answer({ body: { ...ROOT, folder_id: 9 } });
    await expect(testClient().client.listFolder(7, crawl)).rejects.toMatchObject({
      kind: 'malformed-answer',
    });
  });
});

describe('getLink', () => {
  it('mints a link for many requests: `single` is never set', async () => {
    server.answer({ body: { status: 'OK', url: 'https://a-36.1fichier.com/p2011701355', message: '' } });
    expect(await testClient().client.getLink(PAGE, viewer)).toBe('https://a-36.1fichier.com/p2011701355');
    expect(server.received[0]).toMatchObject({ path: 'download/get_token.cgi', body: { url: PAGE } });
    expect(server.received[0]?.body).not.toHaveProperty('single');
  });

  it('spends CDN credits only when told to', async () => {
    server.answer({ body: { status: 'OK', url: 'https://a-36.1fichier.com/p1' } });
    await testClient({ useCdnCredits: true }).client.getLink(PAGE, viewer);
    expect(server.received[0]?.body).toEqual({ url: PAGE, cdn: 1 });
  });

  it.each([[''], ['/p123'], ['javascript:alert(1)'], [null]])('refuses %j as a link', async (url) => {
    server.answer({ body: { status: 'OK', url } });
    const { client, clock } = testClient();
    const link = expect(client.getLink(PAGE, viewer)).rejects.toMatchObject({ kind: 'malformed-answer' });
    await clock.advance(60_000);
    await link;
  });

  it('uses the classic path and single overrides when asked to', async () => {
    server.answer({ body: { url: 'https://a-36.1fichier.com/p1' } });
    await testClient({ endpoints: endpointTable('classic') }).client.getLink(PAGE, viewer);
    await testClient({ endpoints: endpointTable('v1', { getLink: '/new/link.cgi' }) }).client.getLink(
      PAGE,
      viewer,
    );
    expect(server.received.map((call) => call.path)).toEqual(['link/get_link.cgi', 'new/link.cgi']);
  });
});

describe('account', () => {
  const WIRE = {
    status: 'OK',
    email: 'me@example.net',
    offer: '1',
    subscription_end: '2027-03-01 00:00:00',
    cdn: '12.50',
    hot_storage: 53687091200,
    cold_storage: '10737418240',
    available_storage: 1045824536576,
  };

  it('reads flags that are strings and volumes that are numbers', async () => {
    server.answer({ body: WIRE });
    expect(await testClient().client.account(crawl)).toEqual({
      email: 'me@example.net',
      offer: 'premium',
      subscriptionEnd: Date.UTC(2027, 1, 28, 23),
      cdnCreditGb: 12.5,
      usedBytes: 64424509440,
      availableBytes: 1045824536576,
    });
  });

  it.each([
    ['0', 'free'],
    [2, 'access'],
    ['3', 'premium-gold'],
    ['7', 'unknown'],
    [undefined, 'unknown'],
  ])('takes offer %j for %s', async (offer, expected) => {
    server.answer({ body: { status: 'OK', offer } });
    const account = await testClient().client.account(crawl);
    expect(account).toMatchObject({ offer: expected, email: null, subscriptionEnd: null, usedBytes: null });
  });

  it('asks once in six minutes, whoever wants to know', async () => {
    server.answer({ body: WIRE });
    const { client, clock } = testClient();
    const both = await Promise.all([client.account(viewer), client.account(crawl)]);
    await clock.advance(359_000);
    expect(await client.account(viewer)).toEqual(both[0]);
    expect(server.received).toHaveLength(1);
    await clock.advance(2_000);
    await client.account(viewer);
    expect(server.received).toHaveLength(2);
  });
});

describe('fileInfo', () => {
  it('reads an answer without status, with its folder as a string', async () => {
    server.answer({
      body: { ...FILE, folder_id: '22692433', path: 'Movies/2026', description: null, acl: {} },
    });
    expect(await testClient().client.fileInfo(PAGE, viewer)).toMatchObject({
      filename: 'test.txt',
      folderId: 22692433,
      path: 'Movies/2026',
      contentType: 'text/plain',
    });
  });

  it('does without what only the owner is told', async () => {
    server.answer({ body: { url: PAGE, filename: 'a.mkv', size: 5 } });
    const details = await testClient().client.fileInfo(PAGE, viewer);
    expect(details).toMatchObject({ folderId: null, path: null, checksum: null, contentType: null });
  });
});
