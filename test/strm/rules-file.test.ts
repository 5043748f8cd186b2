import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadSettings } from '../../src/config/load.ts';
import { BridgeError } from '../../src/errors.ts';
import { strmRoots } from '../../src/strm/roots.ts';
import type { StrmRoot } from '../../src/strm/rules.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rules-file-'));
  file = join(directory, 'rules');
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function rootsOf(text: string): readonly StrmRoot[] {
  writeFileSync(file, text);
  return strmRoots(loadSettings({ env: { BRIDGE_STRM_RULES: file }, flags: {} }));
}

/** The lines that say what is wrong, without the first, which names the file. */
function problemsOf(text: string): string[] {
  try {
    rootsOf(text);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    expect(error.kind).toBe('config-invalid');
    const [first, ...problems] = error.message.split('\n');
    expect(first).toBe(`BRIDGE_STRM_RULES: ${file} is wrong:`);
    return problems.map((problem) => problem.trim());
  }
  throw new Error('the file was taken');
}

const YAML = `
# Films for the living room
rules:
  - from: /Movies/
    to: /media/movies
    layout: organised
    exclude: ["*sample*", "*.{ts,m2ts}"]
    minSize: 50MiB
  - { from: /Movies, to: /media/4k, include: "**/*2160p*" }
  - from: /Clips
    to: /media/movies
    flatten: true
`;

it('reads rules in YAML and the same in JSON', () => {
  const roots = rootsOf(YAML);
  expect(roots).toEqual([
    {
      directory: '/media/movies',
      rules: [
        {
          from: '/Movies',
          include: [],
          exclude: ['*sample*', '*.{ts,m2ts}'],
          minSize: 50 * 2 ** 20,
          flatten: false,
          layout: 'organised',
        },
        { from: '/Clips', include: [], exclude: [], minSize: 0, flatten: true, layout: 'mirror' },
      ],
    },
    {
      directory: '/media/4k',
      rules: [
        {
          from: '/Movies',
          include: ['**/*2160p*'],
          exclude: [],
          minSize: 0,
          flatten: false,
          layout: 'mirror',
        },
      ],
    },
  ]);
  const rules = roots.flatMap(({ directory: to, rules: each }) => each.map((rule) => ({ to, ...rule })));
  expect(rootsOf(JSON.stringify({ rules }, null, '\t'))).toEqual(roots);
});

it('says for everything that is wrong where it is and what it is called', () => {
  expect(
    problemsOf(`rules:
  - to: /media/films
    minSize: huge
    layuot: organised
  - from: /Clips
    flatten: maybe
`),
  ).toEqual([
    expect.stringMatching(/^line 3, column 14: rules\[0\]\.minSize: must be /),
    expect.stringMatching(/^line 4, column 5: rules\[0\]: .*"layuot"/),
    expect.stringMatching(/^line 5, column 5: rules\[1\]\.to: /),
    expect.stringMatching(/^line 6, column 14: rules\[1\]\.flatten: .*boolean/),
  ]);
  expect(problemsOf('{"rules": [\n  {"to": "/media/films", "include": 7}\n]}')).toEqual([
    expect.stringMatching(/^line 2, column 37: rules\[0\]\.include: must be a glob/),
  ]);
});

it.each([
  ['rules:\n  - to: "/media\n', /^line \d+, column \d+: .*quote/],
  ['{"rules": [\n  {"to": "/media"}\n', /^line \d+, column \d+: /],
  ['rules: []\nrules: []\n', /^line 2, column 1: .*unique/],
  ['', /^line 1, column 1: /],
  ['- to: /media\n', /^line 1, column 1: /],
  [`a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(20)}]\nrules: [${'*b,'.repeat(20)}]\n`, /alias/],
])('refuses %j', (text, problem) => {
  expect(problemsOf(text)[0]).toMatch(problem);
});

it('says that a file cannot be read, and which setting names it', () => {
  const load = (): unknown => strmRoots(loadSettings({ env: { BRIDGE_STRM_RULES: file }, flags: {} }));
  expect(load).toThrow(
    expect.objectContaining({
      kind: 'config-invalid',
      message: expect.stringContaining('BRIDGE_STRM_RULES') as string,
    }),
  );
});

it('refuses a directory within another', () => {
  expect(() => rootsOf('rules: [{to: /media}, {to: /media/films}]')).toThrow(
    '/media/films is within /media; give each a place of its own',
  );
});
