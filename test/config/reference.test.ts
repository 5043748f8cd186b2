import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { troubleshootingPage } from '../../scripts/troubleshooting-page.ts';
import { configurationPage, settingEntries } from '../../src/config/reference.ts';

test('docs/configuration.md is what `npm run docs` writes', () => {
  expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationPage());
});

test('docs/troubleshooting.md is what `npm run docs` writes, with every kind of error', () => {
  expect(readFileSync('docs/troubleshooting.md', 'utf8')).toBe(troubleshootingPage());
});

test('every setting has a name, a flag and a description of its own', () => {
  const entries = settingEntries();
  for (const field of ['env', 'flag', 'description'] as const) {
    expect(new Set(entries.map((entry) => entry[field])).size).toBe(entries.length);
  }
});

test('no secret has a flag that takes it on the command line', () => {
  for (const entry of settingEntries().filter(({ secret }) => secret)) {
    expect(entry.flag).toMatch(/-file <path>$/);
  }
});

test('every setting is read by some part of the bridge', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('config'))
    .map((file) => readFileSync(join('src', file), 'utf8'))
    .filter((source) => /\bSettings\b/.test(source))
    .join('\n');
  for (const { key } of settingEntries()) expect(sources).toMatch(new RegExp(`\\b${key}\\b`));
});
