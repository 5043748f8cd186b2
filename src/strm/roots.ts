import type { Settings } from '../config/settings.ts';
import { BridgeError } from '../errors.ts';
import { readRulesFile } from './rules-file.ts';
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
  if (settings.strmRules !== null) {
    const written = readRulesFile(settings.strmRules);
    return grouped(
      written.map(({ to, from, ...rule }) => ({ to, rule: { ...rule, from: libraryPath(from) } })),
    );
  }
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

function grouped(placed: readonly PlacedRule[]): StrmRoot[] {
  const roots = new Map<string, StrmRule[]>();
  for (const { to, rule } of placed) roots.set(to, [...(roots.get(to) ?? []), rule]);
  const directories = [...roots.keys()];
  for (const directory of directories) {
    const within = directories.find(
      (other) => directory.startsWith(other === '/' ? other : `${other}/`) && other !== directory,
    );
    if (within === undefined) continue;
    throw new BridgeError(
      'config-invalid',
      `${directory} is within ${within}; give each a place of its own`,
      {
        hint: 'docs/strm.md explains the rules.',
      },
    );
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
