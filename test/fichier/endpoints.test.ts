import { describe, expect, it } from 'vitest';
import { endpointTable } from '../../src/fichier/endpoints.ts';

describe('endpointTable', () => {
  it('is the real API unless told otherwise', () => {
    expect(endpointTable()).toMatchObject({ getLink: 'download/get_token.cgi', listFolder: 'folder/ls.cgi' });
  });

  it('knows the paths that widely copied articles give', () => {
    expect(endpointTable('classic')).toMatchObject({
      getLink: 'link/get_link.cgi',
      makeFolder: 'folder/add.cgi',
      removeFile: 'file/delete.cgi',
      moveFile: 'file/move.cgi',
      requestRemoteUpload: 'upload/add_url.cgi',
      listFolder: 'folder/ls.cgi',
    });
  });

  it('replaces single paths of either', () => {
    const table = endpointTable('classic', { getLink: '/download/get_token2.cgi' });
    expect(table.getLink).toBe('download/get_token2.cgi');
    expect(table.moveFile).toBe('file/move.cgi');
  });

  it.each([
    ['a method that is none', { getLinks: 'a.cgi' }],
    ['a name every object has', { toString: 'a.cgi' }],
    ['an address', { getLink: 'https://example.net/a.cgi' }],
    ['a way out', { getLink: '../a.cgi' }],
    ['nothing', { getLink: ' ' }],
  ])('refuses %s', (_, overrides) => {
    expect(() => endpointTable('v1', overrides)).toThrow(expect.objectContaining({ kind: 'config-invalid' }));
  });
});
