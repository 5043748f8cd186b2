import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import ipaddr from 'ipaddr.js';
import type { Settings } from '../../config/settings.ts';
import { ok, warning, type Finding } from './finding.ts';

const run = promisify(execFile);
const PROGRAM_TIMEOUT_MS = 15_000;

interface Program {
  readonly name: string;
  readonly path: string;
  readonly versionFlag: string;
  /** What does not work without it. */
  readonly use: string;
}

export function checkPrograms({ ffmpeg, ffprobe, rclone }: Settings): Promise<Finding[]> {
  const programs: readonly Program[] = [
    { name: 'ffmpeg', path: ffmpeg, versionFlag: '-version', use: 'playing every format in the browser' },
    { name: 'ffprobe', path: ffprobe, versionFlag: '-version', use: 'media information' },
    { name: 'rclone', path: rclone, versionFlag: 'version', use: 'mounting the library, for Plex' },
  ];
  return Promise.all(programs.map(checkProgram));
}

async function checkProgram({ name, path, versionFlag, use }: Program): Promise<Finding> {
  try {
    const { stdout } = await run(path, [versionFlag], { timeout: PROGRAM_TIMEOUT_MS });
    return ok(name, stdout.split('\n')[0]?.trim() ?? path);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const detail = missing ? `${path} is not installed` : `${path} does not run`;
    return warning(name, detail, `Install ${name} (needed for ${use}), or set BRIDGE_${name.toUpperCase()}.`);
  }
}

/** With both families in use, 1fichier may take this machine for two places (API document, #887). */
export function checkAddressFamily({ addressFamily }: Settings): Finding {
  if (addressFamily !== 'auto') return ok('address family', addressFamily);
  return families().size < 2
    ? ok('address family', 'the network has one')
    : warning(
        'address family',
        'the network has IPv4 and IPv6, which 1fichier takes for two places',
        'Set FICHIER_ADDRESS_FAMILY=ipv4 (or ipv6), so that all connections use one.',
      );
}

function families(): Set<string> {
  const found = new Set<string>();
  for (const { address, family, internal } of Object.values(networkInterfaces()).flatMap(
    (list) => list ?? [],
  )) {
    const local = family === 'IPv6' && ipaddr.parse(address).range() !== 'unicast';
    if (!internal && !local) found.add(family);
  }
  return found;
}
