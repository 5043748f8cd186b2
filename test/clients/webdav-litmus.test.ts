import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startWholeBridge } from '../support/whole-bridge.ts';

const SUITES = ['basic', 'copymove', 'props', 'locks', 'http'];

interface Outcome {
  readonly output: string;
  readonly error: Error | null;
}

/** Runs litmus in a directory of its own, where it writes its debug log. */
async function litmus(url: string): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'litmus-'));
  try {
    return await new Promise((resolve) => {
      execFile('litmus', ['-k', url], { cwd: directory, timeout: 240_000 }, (error, stdout, stderr) => {
        resolve({ output: stdout + stderr, error });
      });
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

test('litmus passes all of its suites without a failure or a warning', { timeout: 300_000 }, async () => {
  const whole = await startWholeBridge(() => undefined, { env: { BRIDGE_WRITE: 'true' } });
  try {
    const { output, error } = await litmus(`${whole.bridge.address}dav/`);
    expect(error, `litmus (Debian package "litmus") did not run to its end:\n${output}`).toBeNull();
    for (const suite of SUITES)
      expect(output).toMatch(new RegExp(`summary for \`${suite}': of (\\d+) tests run: \\1 passed`));
    expect(output).not.toMatch(/FAIL|WARNING/);
  } finally {
    await whole.close();
  }
});
