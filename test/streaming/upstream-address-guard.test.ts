import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { request } from 'undici';
import { isPublicAddress, literalAddress, PRIVATE_ADDRESS } from '../../src/streaming/address-guard.ts';
import { createStorageDispatcher } from '../../src/streaming/storage-dispatcher.ts';

for (const address of [
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  'not an address',
]) {
  test(`${address} is not public`, () => expect(isPublicAddress(address)).toBe(false));
}

for (const address of ['5.39.224.1', '2001:41d0::1', '::ffff:5.39.224.1', '64:ff9b::527:e001']) {
  test(`${address} is public`, () => expect(isPublicAddress(address)).toBe(true));
}

test('an address is recognised in whatever form a URL gives it', () => {
  const literals = ['http://0x7f.1/', 'http://2130706433/', 'http://[::1]:80/', 'http://a-1.1fichier.com/'];
  expect(literals.map((url) => literalAddress(new URL(url)))).toEqual([
    '127.0.0.1',
    '127.0.0.1',
    '::1',
    null,
  ]);
});

const server = createServer((_, response) => response.end('reached'));

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]']) {
  const ask = async (allowPrivateHosts: boolean): Promise<string> => {
    const dispatcher = createStorageDispatcher({
      allowPrivateHosts,
      connections: 1,
      connectTimeoutMs: 5_000,
    });
    const { port } = server.address() as AddressInfo;
    try {
      return await (await request(`http://${host}:${port}/`, { dispatcher })).body.text();
    } finally {
      await dispatcher.destroy();
    }
  };

  test(`no connection is made to ${host}`, async () => {
    await expect(ask(false)).rejects.toMatchObject({ code: PRIVATE_ADDRESS });
  });

  test(`${host} can be allowed for a storage host of one's own`, async () => {
    await expect(ask(true)).resolves.toBe('reached');
  });
}
