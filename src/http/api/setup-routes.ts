import { z } from 'zod';
import { clientBase } from '../addresses.ts';
import type { ApiRoutes } from './api.ts';

/** What of this installation matters to the programs that are set up to use it. */
export interface Installation {
  /** How clients reach the bridge, without a slash at its end; null: by the Host they name. */
  readonly publicUrl: string | null;
  readonly tokenNeeded: boolean;
  readonly writable: boolean;
  /** Directories of .strm files on the bridge's machine. */
  readonly strmDirectories: readonly string[];
  /** The arguments of rclone that mount the WebDAV root at `url`. */
  rcloneArguments(url: string, mountPoint: string): readonly string[];
}

const setupSchema = z.object({
  address: z.url().describe('Of the bridge as other programs reach it, ending in a slash'),
  isPublicUrlSet: z.boolean(),
  tokenNeeded: z.boolean(),
  writable: z.boolean(),
  strmDirectories: z.array(z.string()),
  mountPoint: z.string(),
  rcloneArguments: z.array(z.string()).describe('To mount the library; the token goes by the environment'),
});

const MOUNT_POINT = '/mnt/1fichier';

/** What the set-up pages show, so that each address and flag is that of this very installation. */
export function setupRoutes(installation: Installation): ApiRoutes {
  return (server, _options, done) => {
    server.get(
      '/setup',
      {
        schema: {
          summary: 'How to set other programs up to use this bridge',
          response: { 200: setupSchema },
        },
      },
      (request) => {
        const { publicUrl, tokenNeeded, writable, strmDirectories } = installation;
        const address = `${clientBase(request, publicUrl)}/`;
        return {
          address,
          isPublicUrlSet: publicUrl !== null,
          tokenNeeded,
          writable,
          strmDirectories: [...strmDirectories],
          mountPoint: MOUNT_POINT,
          rcloneArguments: [...installation.rcloneArguments(`${address}dav/`, MOUNT_POINT)],
        };
      },
    );
    done();
  };
}
