import { readFileSync } from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

/** The schema of the Compose Specification, by the address under which ajv knows its dialect. */
function composeSchema(): object {
  const schema = JSON.parse(readFileSync('test/packaging/compose-spec/compose-spec.json', 'utf8')) as object;
  return { ...schema, $schema: 'http://json-schema.org/draft-07/schema#' };
}

const ajv = addFormats.default(new Ajv.default({ strict: false, allErrors: true }));
const isCompose = ajv.compile(composeSchema());

test('docker-compose.yml follows the schema of the Compose Specification', () => {
  const file: unknown = parse(readFileSync('docker-compose.yml', 'utf8'));
  expect(isCompose(file), ajv.errorsText(isCompose.errors)).toBe(true);
});

test('that schema refuses what compose would refuse', () => {
  expect(isCompose({ services: { bridge: { image: 'fichier-bridge', helthcheck: {} } } })).toBe(false);
  expect(isCompose({ services: { bridge: { ports: '8787:8787' } } })).toBe(false);
});
