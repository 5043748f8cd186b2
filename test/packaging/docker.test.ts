import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { SETTINGS } from '../../src/config/settings.ts';

// No container engine runs where the tests do, so what the files promise is checked by reading them.

const service = z.strictObject({
  build: z.literal('.'),
  image: z.string(),
  init: z.literal(true),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  user: z.string(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:\d+:\d+$/)),
  volumes: z.array(z.string().regex(/^[\w-]+:\/[\w/]+$/)),
  tmpfs: z.array(z.string()),
  stop_grace_period: z.string().regex(/^\d+s$/),
  healthcheck: z.strictObject({
    test: z.array(z.string()),
    interval: z.string(),
    timeout: z.string(),
    start_period: z.string(),
    retries: z.number().int(),
  }),
});

const composeFile = z.looseObject({
  services: z.looseObject({ bridge: service }),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

function compose(): z.infer<typeof composeFile> {
  return composeFile.parse(parse(readFileSync('docker-compose.yml', 'utf8')));
}

function dockerfile(): string {
  return readFileSync('Dockerfile', 'utf8').replaceAll(/\\\n\s*/g, '');
}

test('the compose file keeps the bridge off other users: not root, read-only, no capabilities, loopback', () => {
  const { bridge } = compose().services;
  expect(bridge.user).not.toMatch(/^(root|0)\b/);
  expect(bridge.security_opt).toContain('no-new-privileges:true');
});

test('every variable that the compose file sets is a setting, or the file form of a secret one', () => {
  const known = Object.values(SETTINGS).flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env]));
  for (const name of Object.keys(compose().services.bridge.environment)) expect(known).toContain(name);
});

test('secrets and volumes that the service uses are declared, and secrets are read from their files', () => {
  const { services, volumes, secrets } = compose();
  for (const mount of services.bridge.volumes) expect(volumes).toHaveProperty(mount.split(':')[0] ?? '');
  for (const name of services.bridge.secrets) {
    expect(secrets).toHaveProperty(name);
    expect(Object.values(services.bridge.environment)).toContain(`/run/secrets/${name}`);
  }
});

test('the health check asks for /healthz, in the image and in the compose file', () => {
  expect(compose().services.bridge.healthcheck.test.join(' ')).toContain('/healthz');
  expect(/^HEALTHCHECK .*$/m.exec(dockerfile())?.[0]).toContain('/healthz');
});

test('containers get longer to stop than streams get to end', () => {
  const { stop_grace_period: grace, environment } = compose().services.bridge;
  expect(Number.parseInt(grace)).toBeGreaterThan(Number.parseInt(environment['BRIDGE_DRAIN_TIME'] ?? ''));
});

test('the image runs as another user than root, with the data directory as a volume of that user', () => {
  const text = dockerfile();
  expect(/^USER (\S+)$/m.exec(text)?.[1]).toBe('node');
  expect(text).toMatch(/install -d -o node -g node -m 0700 \/data/);
  expect(text).toMatch(/^VOLUME \/data$/m);
  expect(text).toMatch(/BRIDGE_DATA_DIR=\/data/);
});

test('what the image copies and runs exists', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync('package.json', 'utf8')));
  for (const [, script] of dockerfile().matchAll(/npm run (\S+)/g))
    expect(scripts).toHaveProperty(script ?? '');
  for (const [, sources] of dockerfile().matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
    for (const source of (sources ?? '').split(' ')) expect(existsSync(source), source).toBe(true);
  }
});

test('nothing that the build copies is kept from it by .dockerignore, and secrets are', () => {
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
  for (const needed of ['src', 'scripts', 'package.json']) expect(ignored).not.toContain(needed);
  expect(ignored).toContain('secrets');
});
