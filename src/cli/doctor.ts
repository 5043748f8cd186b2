import type { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import type { Finding } from './doctor/finding.ts';
import { EXIT } from './exit-codes.ts';
import { addSettingFlags, settingsFrom } from './setting-flags.ts';

export function addDoctor(program: Command, { env, terminal, finish }: CommandHost): void {
  const command = program
    .command('doctor')
    .description('check key, account, clock, disk, port, programs and media servers, and say what to do')
    .option('--json', 'the findings as one JSON array');
  addSettingFlags(command, 'hidden').action(async (options: Record<string, unknown>) => {
    const settings = settingsFrom(options, env);
    const { examine } = await import('./doctor/examine.ts');
    const findings = await examine(settings);
    terminal.print(
      options['json'] === true ? JSON.stringify(findings, null, 2) : findings.map(show).join('\n'),
    );
    if (findings.some(({ state }) => state === 'failure')) finish(EXIT.failure);
  });
}

const MARKS = { ok: 'ok     ', warning: 'warning', failure: 'FAILURE' } as const;

function show({ check, state, detail, advice }: Finding): string {
  const line = `${MARKS[state]}  ${check}: ${detail}`;
  return advice === null ? line : `${line}\n         → ${advice}`;
}
