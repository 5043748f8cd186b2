import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Settings } from '../config/settings.ts';
import { bytes, path } from '../config/value-types.ts';
import { BridgeError } from '../errors.ts';
import type { StrmRoot, StrmRule } from './rules.ts';

/** The settings that say what is written, for one directory or by a file of rules. */
type RootSettings = Pick<
  Settings,
  'strmDir' | 'strmFrom' | 'strmInclude' | 'strmExclude' | 'strmMinSize' | 'strmLayout' | 'strmRules'
>;

/**
 * The directories to fill and the rules for each; none when nothing is set.
 *
 * @throws BridgeError `config-invalid`
 */
export function strmRoots(settings: RootSettings): readonly StrmRoot[] {
  if (settings.strmRules !== null) return grouped(readRules(settings.strmRules));
  if (settings.strmDir === null) return [];
  const rule = {
    from: libraryPath(settings.strmFrom),
    include: settings.strmInclude,
    exclude: settings.strmExclude,
    minSize: settings.strmMinSize,
    flatten: false,
    layout: settings.strmLayout,
  };
  return grouped([{ to: settings.strmDir, rule }]);
}

interface PlacedRule {
  /** Absolute path of the local directory. */
  readonly to: string;
  readonly rule: StrmRule;
}

const localPath = z.string().transform((text, context) => {
  const parsed = path.parse(text);
  if (parsed !== undefined) return parsed;
  context.addIssue('must be a path');
  return z.NEVER;
});

const size = z.union([z.number().int().min(0), z.string()]).transform((written, context) => {
  const parsed = bytes().parse(String(written));
  if (parsed !== undefined) return parsed;
  context.addIssue(`must be ${bytes().allowed}`);
  return z.NEVER;
});

const globs = z.union([z.string().transform((glob) => [glob]), z.array(z.string())]);

const ruleSchema = z.strictObject({
  from: z.string().default('/'),
  to: localPath,
  include: globs.default([]),
  exclude: globs.default([]),
  minSize: size.default(0),
  flatten: z.boolean().default(false),
  layout: z.enum(['mirror', 'organised']).default('mirror'),
});

const rulesSchema = z.strictObject({ rules: z.array(ruleSchema).min(1) });

function readRules(file: string): PlacedRule[] {
  const written = rulesSchema.safeParse(contentOf(file));
  if (!written.success) {
    const problems = written.error.issues.map(({ path: at, message }) => `  ${at.join('.')}: ${message}`);
    throw invalid(`${file} is wrong:\n${problems.join('\n')}`);
  }
  return written.data.rules.map(({ to, from, ...rule }) => ({
    to,
    rule: { ...rule, from: libraryPath(from) },
  }));
}

function contentOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw invalid(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function grouped(placed: readonly PlacedRule[]): StrmRoot[] {
  const roots = new Map<string, StrmRule[]>();
  for (const { to, rule } of placed) roots.set(to, [...(roots.get(to) ?? []), rule]);
  const directories = [...roots.keys()];
  for (const directory of directories) {
    const within = directories.find(
      (other) => directory.startsWith(other === '/' ? other : `${other}/`) && other !== directory,
    );
    if (within !== undefined) throw invalid(`${directory} is within ${within}; give each a place of its own`);
  }
  return [...roots].map(([directory, rules]) => ({ directory, rules }));
}

/** '/' and names, without a slash at the end. */
function libraryPath(written: string): string {
  return `/${written
    .split('/')
    .filter((name) => name !== '')
    .join('/')}`;
}

function invalid(message: string): BridgeError {
  return new BridgeError('config-invalid', message, { hint: 'docs/strm.md explains the rules.' });
}
