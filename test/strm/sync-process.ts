import { once } from 'node:events';
import { openDatabase } from '../../src/store/database.ts';
import { strmSchema } from '../../src/strm/manifest-schema.ts';
import { KillableSync } from './killable-sync.ts';

/**
 * A process of its own that brings a root in line with a made-up library, to be killed:
 * `node sync-process <directory> <generation>`. It begins when it is told anything.
 */
const [directory = '', generation = '0'] = process.argv.slice(2);
const manifest = openDatabase(`${directory}/strm.db`, [strmSchema]);
manifest.exec('PRAGMA synchronous = FULL');
const sync = new KillableSync(directory, Number(generation), manifest);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
process.stdout.write('begun\n');
await sync.run();
process.stdout.write('complete\n');
process.exit(0);
