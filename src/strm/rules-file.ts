import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { bytes, path } from '../config/value-types.ts';
import { BridgeError } from '../errors.ts';

const localPath = z.string().transform((text, context) => {
  const parsed = path.parse(text);
  if (parsed !== undefined) return parsed;
  context.addIssue('must be a path');
  return z.NEVER;
});

const size = z.union([z.number(), z.string()], 'must be a size').transform((written, context) => {
  const parsed = bytes().parse(String(written));
  if (parsed !== undefined) return parsed;
  context.addIssue(`must be ${bytes().allowed}`);
  return z.NEVER;
});

const globs = z.union(
  [z.string().transform((glob) => [glob]), z.array(z.string())],
  'must be a glob or a list of globs',
);

const ruleSchema = z.strictObject({
  from: z.string().default('/'),
  to: localPath,
  include: globs.default([]),
  exclude: globs.default([]),
  minSize: size.default(0),
  flatten: z.boolean().default(false),
  layout: z.enum(['mirror', 'organised']).default('mirror'),
});

const fileSchema = z.strictObject({ rules: z.array(ruleSchema).min(1) });

/** A rule as it is written, with the absolute path of the local directory that it fills. */
export type WrittenRule = z.output<typeof ruleSchema>;

/**
 * Reads a file of rules, YAML 1.2 or JSON, which is YAML too.
 *
 * @throws BridgeError `config-invalid`, with the line and column of everything that is wrong.
 */
export function readRulesFile(file: string): readonly WrittenRule[] {
  const lines = new LineCounter();
  const document = parseDocument(textOf(file), { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  if (document.errors.length > 0) {
    throw wrong(
      file,
      document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message}`),
    );
  }
  const written = fileSchema.safeParse(contentOf(document, file));
  if (written.success) return written.data.rules;
  const problems = written.error.issues.map((issue) => {
    const place = at(offsetOf(document, issue));
    const name = nameOf(issue.path);
    return `${place}: ${name === '' ? '' : `${name}: `}${issue.message}`;
  });
  throw wrong(file, problems);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`BRIDGE_STRM_RULES: ${file} cannot be read: ${reason}`);
  }
}

/** Refuses aliases that unfold without end. */
function contentOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw wrong(file, [error instanceof Error ? error.message : String(error)]);
  }
}

/** Where in the text an issue is: its value, the key that should not be there, or what lacks a key. */
function offsetOf(document: Document, issue: z.core.$ZodIssue): number {
  for (let length = issue.path.length; length >= 0; length -= 1) {
    const found = length === 0 ? document.contents : document.getIn(issue.path.slice(0, length), true);
    if (!isNode(found)) continue;
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const pair = isMap(found)
      ? found.items.find(({ key }) => isScalar(key) && key.value === unknown)
      : undefined;
    const node = isNode(pair?.key) ? pair.key : found;
    return node.range?.[0] ?? 0;
  }
  return 0;
}

/** `rules[0].minSize` */
function nameOf(steps: readonly PropertyKey[]): string {
  return steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

function wrong(file: string, problems: readonly string[]): BridgeError {
  return invalid(
    `BRIDGE_STRM_RULES: ${file} is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
  );
}

function invalid(message: string): BridgeError {
  return new BridgeError('config-invalid', message, { hint: 'docs/strm.md explains the rules.' });
}
