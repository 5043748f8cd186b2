import { describe, expect, test } from 'vitest';
import { demoAccount } from '../../src/emulator/demo.ts';
import { call, emulatorForTest, link, listed } from './api-client.ts';

const MIB = 2 ** 20;

describe('the demo account', () => {
  test('keeps every address from one start to the next', () => {
    const addresses = (): string[] => [...demoAccount().everyFile()].map((file) => `${file.id} ${file.name}`);
    expect(addresses()).toEqual(addresses());
    expect(new Set(addresses()).size).toBe(addresses().length);
  });

  test('has a name of each hard kind', () => {
    const names = [...demoAccount().everyFile()].map((file) => file.name);
    for (const hard of [
      /\p{Emoji_Presentation}/u,
      /\p{Script=Hebrew}/u,
      /[?*|:]/,
      /^CON\./,
      /\.$/,
      /\u0301/,
      /.{230}/,
    ]) {
      expect(names.some((name) => hard.test(name))).toBe(true);
    }
    expect(names.filter((name) => name === 'Same name.mkv')).toHaveLength(2);
  });

  test('costs little to ship', () => {
    const sizes = new Map([...demoAccount().everyFile()].map(({ content }) => [content, content.size]));
    expect([...sizes.values()].reduce((sum, size) => sum + size, 0)).toBeLessThan(1.5 * MIB);
  });

  test('serves a film that begins as an MP4 with its index in front', async () => {
    const emulator = await emulatorForTest({ account: demoAccount() });
    const films = await call(emulator, 'folder/ls', {});
    const movies = listed(films, 'sub_folders').find((folder) => folder.name === 'Movies');
    const gradients = listed(await call(emulator, 'folder/ls', { folder_id: movies?.id }), 'sub_folders')[0];
    const [film] = listed(await call(emulator, 'folder/ls', { folder_id: gradients?.id, files: 1 }));
    const response = await fetch(await link(emulator, String(film?.url)));
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(film?.size);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });
});
