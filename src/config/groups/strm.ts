import { optional, required } from '../setting.ts';
import { boolean, bytes, listOf, oneOf, path, text, wholeNumber } from '../value-types.ts';

const GROUP = 'STRM libraries';

export const STRM_SETTINGS = {
  strmDir: optional(path, {
    group: GROUP,
    env: 'BRIDGE_STRM_DIR',
    description:
      'Directory to fill with .strm files for Jellyfin, Emby and Kodi, and to keep like the library while the bridge runs.',
  }),
  strmFrom: required(text, '/', {
    group: GROUP,
    env: 'BRIDGE_STRM_FROM',
    description: 'The folder of the library that it is filled from.',
  }),
  strmInclude: required(listOf(text), '', {
    group: GROUP,
    env: 'BRIDGE_STRM_INCLUDE',
    description:
      'Globs of the video and audio files that get a .strm, such as `*.mkv` or `Movies/**`; empty: all of them.',
  }),
  strmExclude: required(listOf(text), '', {
    group: GROUP,
    env: 'BRIDGE_STRM_EXCLUDE',
    description: 'Globs of files to leave out, such as `*sample*`.',
  }),
  strmMinSize: required(bytes(), '0', {
    group: GROUP,
    env: 'BRIDGE_STRM_MIN_SIZE',
    description: 'Smaller video and audio files get no .strm.',
  }),
  strmLayout: required(oneOf('mirror', 'organised'), 'mirror', {
    group: GROUP,
    env: 'BRIDGE_STRM_LAYOUT',
    description:
      '`mirror`: the folders as they are. `organised`: Movies/Title (Year)/… and Shows/Title/Season 01/…, as far as names tell.',
  }),
  strmCompanions: required(oneOf('copy', 'link', 'none'), 'copy', {
    group: GROUP,
    env: 'BRIDGE_STRM_COMPANIONS',
    description:
      'What becomes of subtitles, .nfo files and artwork beside films; `link` makes links into BRIDGE_STRM_MOUNT.',
  }),
  strmMount: optional(path, {
    group: GROUP,
    env: 'BRIDGE_STRM_MOUNT',
    description: 'Where the library is mounted for the media server, for `link`.',
  }),
  strmNfo: required(boolean, 'true', {
    group: GROUP,
    env: 'BRIDGE_STRM_NFO',
    description:
      'With BRIDGE_PROBE=background, write a .nfo with codecs, size, languages and duration beside each .strm.',
  }),
  strmMaxRemoval: required(wholeNumber(0, 100), '20', {
    group: GROUP,
    env: 'BRIDGE_STRM_MAX_REMOVAL',
    description:
      'Percentage of the files of a directory of which more are not removed at once, until `strm sync --allow-mass-delete` says so.',
  }),
  strmRules: optional(path, {
    group: GROUP,
    env: 'BRIDGE_STRM_RULES',
    description:
      'YAML or JSON file with rules for several directories, instead of those for one: docs/strm.md.',
  }),
} as const;
