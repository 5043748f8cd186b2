import type { ComponentChildren } from 'preact';
import { CopyBlock } from './copy-block.tsx';
import { kodiSource, mountCommand, rcloneRemote, TOKEN_PLACE, type Setup } from './setup.ts';

interface GuideProps {
  readonly setup: Setup;
}

export interface Guide {
  readonly name: string;
  readonly Content: (props: GuideProps) => ComponentChildren;
}

export const GUIDES: readonly Guide[] = [
  { name: 'Jellyfin', Content: Jellyfin },
  { name: 'Plex', Content: Plex },
  { name: 'Kodi', Content: Kodi },
  { name: 'rclone', Content: Rclone },
  { name: 'Other players', Content: Others },
];

function Jellyfin({ setup }: GuideProps) {
  return (
    <>
      <p>Jellyfin and Emby read folders. There are two ways to give them the library.</p>
      <h3>As small .strm files: scans in seconds</h3>
      {setup.strmDirectories.length === 0 ? (
        <>
          <p>Set where the bridge shall write them, and start it again:</p>
          <CopyBlock label="the setting" text="BRIDGE_STRM_DIR=/srv/strm" />
        </>
      ) : (
        <>
          <p>The bridge writes them to this directory. Add it to Jellyfin as a library:</p>
          <CopyBlock label="the directory" text={setup.strmDirectories.join('\n')} />
        </>
      )}
      <p>
        The files point to <code>{setup.address}</code>, so Jellyfin must reach that address.
        {!setup.isPublicUrlSet && ' Set BRIDGE_PUBLIC_URL if it runs on another machine or in a container.'}
      </p>
      <Mount setup={setup} place="Add a library on a folder below" />
      <h3>In the settings of the library</h3>
      <p>
        Turn off “Extract chapter images” and “Trickplay”: they read every film from start to end. Leave
        real-time monitoring off; the scheduled scan finds what is new.
      </p>
    </>
  );
}

function Plex({ setup }: GuideProps) {
  return (
    <>
      <p>Plex needs a real folder.</p>
      <Mount setup={setup} place="Add Plex libraries on folders below" />
      <h3>In the settings of Plex, under Library</h3>
      <ul class="steps">
        <li>“Generate video preview thumbnails”: never. It reads every film from start to end.</li>
        <li>“Generate intro video markers” and “credits”: never, for the same reason.</li>
        <li>“Empty trash automatically after every scan”: off, lest a missing mount empties the library.</li>
        <li>“Scan my library periodically”: on.</li>
      </ul>
    </>
  );
}

function Kodi({ setup }: GuideProps) {
  return (
    <>
      <p>Kodi takes the library as a WebDAV source. In sources.xml, within &lt;video&gt;:</p>
      <CopyBlock label="the source" text={kodiSource(setup)} />
      {setup.tokenNeeded && <p>Put {TOKEN_PLACE} in the place of BRIDGE_TOKEN.</p>}
      <p>Or as a web directory, without an entry in a file:</p>
      <CopyBlock label="the address" text={`${setup.address}library/`} />
    </>
  );
}

function Rclone({ setup }: GuideProps) {
  return (
    <>
      <p>As a remote, in the configuration of rclone:</p>
      <CopyBlock label="the remote" text={rcloneRemote(setup)} />
      <p>Then, for example:</p>
      <CopyBlock label="the command" text="rclone lsf 1fichier:" />
      <p>{setup.writable ? 'Writing is on.' : 'It is read-only until BRIDGE_WRITE is set to true.'}</p>
      <Mount setup={setup} place="The library is then at" />
    </>
  );
}

function Others({ setup }: GuideProps) {
  return (
    <>
      <p>
        Infuse, VLC, nPlayer, mpv and the file managers of macOS, Windows and Linux take it as a WebDAV
        source:
      </p>
      <CopyBlock label="the WebDAV address" text={`${setup.address}dav/`} />
      {setup.tokenNeeded && <p>Any user name; the password is {TOKEN_PLACE}.</p>}
      <p>Every folder is a playlist too, and every film has a stable link: open its details and copy it.</p>
    </>
  );
}

function Mount({ setup, place }: GuideProps & { readonly place: string }) {
  return (
    <>
      <h3>As a mounted folder</h3>
      <p>On the bridge’s machine, with rclone and FUSE installed:</p>
      <CopyBlock label="the command" text={`fichier-bridge mount ${setup.mountPoint} --allow-other`} />
      <p>
        {place} <code>{setup.mountPoint}</code>. Without the bridge’s own command, or from another machine,
        the same is:
      </p>
      <CopyBlock label="the rclone command" text={mountCommand(setup)} />
    </>
  );
}
