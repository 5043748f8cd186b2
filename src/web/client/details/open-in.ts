/** Another program that can play an address: by a link that the device knows, or by a small file to open. */
export interface Player {
  readonly name: string;
  readonly opening:
    | { readonly by: 'link'; readonly address: string }
    | { readonly by: 'file'; readonly fileName: string; readonly content: string };
}

/** @param address absolute, so that it means the same outside the browser. */
export function playersFor(address: string, name: string): readonly Player[] {
  const stem = fileStem(name);
  const playlist = `#EXTM3U\n#EXTINF:-1,${oneLine(name)}\n${address}\n`;
  return [
    { name: 'VLC', opening: { by: 'link', address: `vlc://${address}` } },
    {
      name: 'Infuse',
      opening: { by: 'link', address: `infuse://x-callback-url/play?url=${encodeURIComponent(address)}` },
    },
    { name: 'mpv and others', opening: { by: 'file', fileName: `${stem}.m3u8`, content: playlist } },
    { name: 'Kodi', opening: { by: 'file', fileName: `${stem}.strm`, content: `${address}\n` } },
  ];
}

function fileStem(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

/** A name must not begin another line, which a player would take for an address. */
function oneLine(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
