import { spawn } from 'node:child_process';
import { mkdir, opendir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BridgeError } from '../errors.ts';

/** A folder of this machine that a file system is mounted on, or is to be. */
export class MountPoint {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  /**
   * Makes the folder where it is missing, and frees it of a mount whose program has died.
   *
   * @throws BridgeError `config-invalid` when something is mounted there or it is not a folder.
   */
  async prepare(): Promise<void> {
    if (await this.#isDead()) await this.unmount();
    try {
      await mkdir(this.path, { recursive: true });
    } catch (error) {
      throw new BridgeError('config-invalid', `${this.path} cannot be made or is not a folder`, {
        cause: error,
        hint: 'Name an empty folder that you may write to.',
      });
    }
    if (await this.isMounted()) {
      throw new BridgeError('config-invalid', `something is mounted at ${this.path} already`, {
        hint: 'Unmount it first, or name another folder.',
      });
    }
  }

  /** Whether a file system is mounted there: its device differs from its parent's. */
  async isMounted(): Promise<boolean> {
    try {
      const [own, parent] = await Promise.all([stat(this.path), stat(dirname(this.path))]);
      return own.dev !== parent.dev;
    } catch (error) {
      return isDisconnected(error);
    }
  }

  /** Detaches whatever is mounted, even while files are open. */
  async unmount(): Promise<void> {
    const attempts: readonly (readonly [string, ...string[]])[] = [
      ['fusermount3', '-u', '-z', this.path],
      ['fusermount', '-u', '-z', this.path],
      ['umount', this.path],
    ];
    for (const [command, ...args] of attempts) if (await succeeds(command, args)) return;
  }

  /** The kernel still knows the attributes of a mount whose program is gone, so that only opening it tells. */
  async #isDead(): Promise<boolean> {
    try {
      await (await opendir(this.path)).close();
      return false;
    } catch (error) {
      return isDisconnected(error);
    }
  }
}

/** What the kernel says of a FUSE mount whose program is gone. */
function isDisconnected(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOTCONN';
}

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return new Promise((done) => {
    const child = spawn(command, args, { stdio: 'ignore' });
    child.once('error', () => done(false));
    child.once('close', (code) => done(code === 0));
  });
}
