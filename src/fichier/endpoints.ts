import { BridgeError } from '../errors.ts';

/** Paths below the base address, as API document section 2 gives them; these names are the ones overrides use. */
const V1 = {
  account: 'user/info.cgi',
  listFolder: 'folder/ls.cgi',
  fileInfo: 'file/info.cgi',
  getLink: 'download/get_token.cgi',
  makeFolder: 'folder/mkdir.cgi',
  renameFile: 'file/rename.cgi',
  moveFile: 'file/mv.cgi',
  copyFile: 'file/cp.cgi',
  removeFile: 'file/rm.cgi',
  renameFolder: 'folder/mv.cgi',
  moveFolder: 'folder/mv.cgi',
  removeFolder: 'folder/rm.cgi',
  uploadServer: 'upload/get_upload_server.cgi',
  requestRemoteUpload: 'remote/request.cgi',
  remoteUploads: 'remote/ls.cgi',
  remoteUploadStatus: 'remote/info.cgi',
} as const;

export type EndpointName = keyof typeof V1;

export type EndpointTable = Readonly<Record<EndpointName, string>>;

export type EndpointPreset = 'v1' | 'classic';

/** `classic` holds the paths that widely copied articles give (API document section 7); the rest is as in `v1`. */
const PRESETS: Readonly<Record<EndpointPreset, EndpointTable>> = {
  v1: V1,
  classic: {
    ...V1,
    getLink: 'link/get_link.cgi',
    makeFolder: 'folder/add.cgi',
    removeFile: 'file/delete.cgi',
    moveFile: 'file/move.cgi',
    requestRemoteUpload: 'upload/add_url.cgi',
  },
};

/**
 * The endpoint table of a preset with single paths replaced; 1fichier has renamed endpoints before.
 *
 * @throws BridgeError `config-invalid` for a name that is not in the table or a path that is none.
 */
export function endpointTable(
  preset: EndpointPreset = 'v1',
  overrides: Readonly<Record<string, string>> = {},
): EndpointTable {
  const table: Record<EndpointName, string> = { ...PRESETS[preset] };
  for (const [name, path] of Object.entries(overrides)) {
    if (!isEndpointName(name)) {
      throw new BridgeError('config-invalid', `there is no API method named ${JSON.stringify(name)}`, {
        hint: `Methods whose path can be set: ${Object.keys(V1).join(', ')}.`,
      });
    }
    table[name] = relativePath(name, path);
  }
  return table;
}

function isEndpointName(name: string): name is EndpointName {
  return Object.hasOwn(V1, name);
}

function relativePath(name: string, path: string): string {
  const relative = path.trim().replace(/^\/+/, '');
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(relative) || relative.split('/').includes('..')) {
    throw new BridgeError('config-invalid', `the path of the API method ${name} is not a path`, {
      hint: 'Give a path below the base address, such as download/get_token.cgi.',
    });
  }
  return relative;
}
