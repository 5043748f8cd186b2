// Writes docs/reliability.md from what the faults suite says of itself: `npm run docs:reliability`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});

type Report = z.infer<typeof reportSchema>;
type Case = Report['testResults'][number]['assertionResults'][number];

function runSuite(): Report {
  const directory = mkdtempSync(join(tmpdir(), 'reliability-'));
  const outputFile = join(directory, 'report.json');
  try {
    spawnSync('npx', ['vitest', 'run', 'test/faults', '--reporter=json', `--outputFile=${outputFile}`], {
      stdio: 'inherit',
    });
    return reportSchema.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function page(report: Report): string {
  const files = report.testResults.toSorted((a, b) => a.name.localeCompare(b.name));
  const cases = files.flatMap((file) => file.assertionResults);
  const passed = cases.filter(({ status }) => status === 'passed').length;
  const groups = new Map<string, Case[]>();
  for (const one of cases) {
    const group = one.ancestorTitles.join(', ');
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  return [
    INTRODUCTION,
    `**${passed} of ${cases.length} cases passed.**`,
    ...[...groups].map(([group, rows]) => section(group, rows)),
    '',
  ].join('\n\n');
}

function section(group: string, rows: readonly Case[]): string {
  const lines = rows.map(({ title, status }) => `| ${cell(title)} | ${status} |`);
  return [`## ${group}`, '', '| … | result |', '| --- | --- |', ...lines].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const INTRODUCTION = `# What the bridge survives

<!-- Made by \`npm run docs:reliability\`; changes by hand are lost. -->

Each line is a test of \`test/faults\`: the whole bridge, in front of an emulated 1fichier that misbehaves as the line
says. A heading and the line below it make one sentence. Whatever was played is compared byte for byte; where it
matters, API calls, transfers and memory are counted too. A failure that cannot be healed is told by a status before the
first byte and by a cut connection after it: a body is never padded and never ended as if it were complete.

\`npm run soak -- --minutes 60\` runs the bridge as a process of its own while its readers play, seek, probe, hang up and
come by WebDAV, the account is edited, requests fail by chance, links die, the API locks everyone out, and the bridge is
stopped by SIGTERM and kill -9 in turn. It compares every byte, and fails on a read that does not come through while the
bridge is up, on memory or descriptors that grow, and on more API calls than are allowed. Ten minutes of it run beside
the tests in \`npm run verify\`.`;

const report = runSuite();
writeFileSync('docs/reliability.md', page(report));
const failed = report.testResults.some(({ assertionResults }) =>
  assertionResults.some(({ status }) => status !== 'passed'),
);
process.exitCode = failed ? 1 : 0;
