import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { syntheticContent } from '../../src/emulator/content.ts';
import { syntheticBytes } from '../../src/emulator/synthetic-bytes.ts';
import { emulatorForTest, link } from './api-client.ts';

/** Of this machine, as they stand in a URL; ::1 only where there is IPv6. */
const LOOPBACK_HOSTS = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .map(({ address }) => (address === '::1' ? '[::1]' : address))
  .filter((host) => host === '127.0.0.1' || host === '[::1]');

test('API and storage host are at every loopback address of the machine, so that both address families can be tried', async () => {
  const emulator = await emulatorForTest();
  const file = emulator.account.addFile(0, 'film.mkv', syntheticContent('film', 1000));
  expect(LOOPBACK_HOSTS).toContain('127.0.0.1');
  for (const host of LOOPBACK_HOSTS) {
    const control = emulator.controlUrl.replace('127.0.0.1', host);
    expect((await fetch(control)).status, host).toBe(200);
    emulator.quirks.linkHosts = [host];
    const direct = await link(emulator, file);
    expect(new URL(direct).hostname).toBe(host);
    const body = Buffer.from(await (await fetch(direct)).arrayBuffer());
    expect(body.equals(syntheticBytes('film', 0, 1000)), host).toBe(true);
  }
});

test('a storage host that vanished from its port is back there at every address', async () => {
  const emulator = await emulatorForTest();
  await emulator.refuseStorageConnections();
  for (const host of LOOPBACK_HOSTS) {
    await expect(fetch(emulator.storageUrl.replace('127.0.0.1', host)), host).rejects.toThrow();
  }
  await emulator.acceptStorageConnections();
  for (const host of LOOPBACK_HOSTS) {
    expect((await fetch(emulator.storageUrl.replace('127.0.0.1', host))).status, host).toBeGreaterThan(0);
  }
});
