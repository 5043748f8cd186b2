import { expect, test } from 'vitest';
import { packageVersion } from '../../src/cli/package-version.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { commandLine, type CommandOutcome } from '../support/command-line.ts';

const run = (args: readonly string[], env: Record<string, string> = {}): Promise<CommandOutcome> =>
  commandLine(args, { env });

test('--help names every command and the exit codes', async () => {
  const { code, printed } = await run(['--help']);
  expect(code).toBe(0);
  for (const command of [
    ...['serve', 'demo', 'ls', 'link', 'refresh', 'upload', 'mkdir', 'mv', 'rm', 'remote', 'mount', 'doctor'],
  ]) {
    expect(printed).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
  }
  expect(printed).toContain('Exit codes: 0 done, 1 failed, 2 wrong command line or setting');
});

test('--version is that of package.json', async () => {
  expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  expect((await run(['--version'])).printed.trim()).toBe(packageVersion());
});

test('serve --help explains every setting by its environment name', async () => {
  const { code, printed } = await run(['serve', '--help']);
  expect(code).toBe(0);
  for (const { env } of Object.values(SETTINGS)) expect(printed.replaceAll(/\s+/g, ' ')).toContain(env);
});

test('a misspelt command or flag exits with 2 and the nearest name', async () => {
  const command = await run(['serv']);
  expect(command).toMatchObject({ code: 2, printed: '' });
  expect(command.remarked).toContain('serve');
  const flag = await run(['serve', '--prot', '1']);
  expect(flag.code).toBe(2);
  expect(flag.remarked).toContain('--port');
});

test.each(['serve', 'demo', 'ls', 'refresh', 'doctor'])(
  '%s reports every bad setting at once, says where they are explained, and exits with 2',
  async (command) => {
    const { code, printed, remarked } = await run([command, '--port', 'x'], { BRIDGE_CACHE_DISK: 'big' });
    expect(code).toBe(2);
    expect(printed).toBe('');
    expect(remarked).toContain('2 settings are wrong');
    expect(remarked).toContain('--port is "x"');
    expect(remarked).toContain('BRIDGE_CACHE_DISK is "big"');
    expect(remarked).toContain('docs/configuration.md');
  },
);
