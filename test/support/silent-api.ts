import { BridgeError } from '../../src/errors.ts';
import type { FichierApi, FichierWriteApi } from '../../src/fichier/api.ts';

/** An account that cannot be reached: everything comes from the catalogue. */
export function silentApi(): FichierApi & FichierWriteApi {
  const refuse = (): Promise<never> => Promise.reject(new BridgeError('upstream-unavailable', 'no account'));
  return {
    account: refuse,
    listFolder: refuse,
    fileInfo: refuse,
    getLink: refuse,
    makeFolder: refuse,
    renameFile: refuse,
    moveFile: refuse,
    copyFile: refuse,
    removeFile: refuse,
    renameFolder: refuse,
    moveFolder: refuse,
    removeFolder: refuse,
    upload: refuse,
    requestRemoteUpload: refuse,
    remoteUploads: refuse,
    remoteUploadStatus: refuse,
  };
}
