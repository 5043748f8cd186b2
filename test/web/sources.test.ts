import { describe, expect, it } from 'vitest';
import { Addresses } from '../../src/web/client/api/addresses.ts';
import { chooseSource, heldUntil, holds, type SourceWish } from '../../src/web/client/player/sources.ts';
import { fileEntry, playable } from './entries.ts';

const addresses = new Addresses('http://bridge/');

function choose(over: Partial<SourceWish>) {
  const usual = { audio: null, position: 12.5, hasDirectFailed: false, showsHevc: false };
  return chooseSource(addresses, { file: fileEntry(), media: playable(), ...usual, ...over });
}

describe('a film is given to the browser', () => {
  it.each([
    ['nothing is known of it yet', { media: null }],
    ['the browser plays it', {}],
    ['there is no ffmpeg to make anything else', { media: playable({ plan: 'remux', ffmpeg: false }) }],
  ])('as it is, from its beginning, when %s', (_when, over) => {
    expect(choose(over)).toEqual({ kind: 'direct', address: 'http://bridge/stream/abc/Film.mkv', start: 0 });
  });

  it.each([
    ['it must be in another container', { media: playable({ plan: 'remux' }) }],
    ['it must be in another form', { media: playable({ plan: 'transcode' }) }],
    ['the browser has failed with it', { hasDirectFailed: true }],
    ['another of its voices was chosen', { audio: 2 }],
  ])('as the bridge makes it from here on, when %s', (_when, over) => {
    expect(choose(over)).toMatchObject({ kind: 'made', start: 12.5 });
  });

  it('with the voice that was chosen, and the codecs that this browser knows', () => {
    const { address } = choose({ audio: 3, showsHevc: true });
    expect(address).toBe('http://bridge/media/abc/play.mp4?start=12.500&audio=3&accept=hevc');
  });
});

/** As a media element tells what it has. */
function spans(...list: readonly (readonly [start: number, end: number])[]) {
  const at = (index: number, side: 0 | 1): number => list[index]?.[side] ?? NaN;
  return {
    length: list.length,
    start: (index: number) => at(index, 0),
    end: (index: number) => at(index, 1),
  };
}

describe('what a media element holds', () => {
  const held = spans([0, 10], [20, 30]);

  it('is known to the second', () => {
    expect([0, 10, 15, 20, 30.1].map((second) => holds(held, second))).toEqual([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(holds(spans(), 0)).toBe(false);
  });

  it('reaches to the end of the span around a second, or just behind it', () => {
    expect([5, 15, 19.6, 25, 40].map((second) => heldUntil(held, second))).toEqual([10, 15, 30, 30, 40]);
  });
});
