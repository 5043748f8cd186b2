import { describe, expect, it } from 'vitest';
import { playersFor } from '../../src/web/client/details/open-in.ts';

describe('another player', () => {
  it('is given the address, whatever the name of the film holds', () => {
    const address = 'http://bridge/stream/abc/x?sig=a&exp=1';
    const openings = playersFor(address, 'Fi\nhttp://evil/\u2028lm.mkv').map(({ opening }) => opening);
    expect(openings).toContainEqual({ by: 'link', address: `vlc://${address}` });
    expect(openings).toContainEqual({
      by: 'link',
      address: `infuse://x-callback-url/play?url=${encodeURIComponent(address)}`,
    });
    const playlist = openings.find(
      (opening) => opening.by === 'file' && opening.content.startsWith('#EXTM3U'),
    );
    expect(playlist).toMatchObject({
      content: `#EXTM3U\n#EXTINF:-1,Fi http://evil/ lm.mkv\n${address}\n`,
    });
  });
});
