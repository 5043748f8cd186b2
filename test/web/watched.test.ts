import { describe, expect, it } from 'vitest';
import { WatchedFilms } from '../../src/web/client/player/watched.ts';

/** What a browser keeps for a page. */
function storage(kept = new Map<string, string>()): Storage {
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

describe('where a film was left', () => {
  it('is remembered when the page is opened again', () => {
    const kept = storage();
    new WatchedFilms(kept).note('film', { position: 600, duration: 6000 });
    const films = new WatchedFilms(kept);
    expect([films.resumePosition('film'), films.share('film')]).toEqual([600, 0.1]);
    expect([films.resumePosition('other'), films.share('other')]).toEqual([0, null]);
  });

  it.each([
    ['hardly begun', 14],
    ['as good as over', 5700],
  ])('is its beginning when it was %s', (_when, position) => {
    const films = new WatchedFilms(storage());
    films.note('film', { position: 600, duration: 6000 });
    films.note('film', { position, duration: 6000 });
    expect(films.resumePosition('film')).toBe(0);
  });

  it('is forgotten for those watched longest ago when there are too many', () => {
    const films = new WatchedFilms(storage());
    for (let film = 0; film < 501; film += 1) films.note(`${film}`, { position: 100, duration: 1000 });
    expect([films.resumePosition('0'), films.resumePosition('1')]).toEqual([0, 100]);
  });

  it.each(['{', '[]', 'null', '{"film":{"position":"x"}}'])('is not known where %s is kept', (text) => {
    const films = new WatchedFilms(storage(new Map([['fichier-bridge:watched', text]])));
    expect(films.resumePosition('film')).toBe(0);
  });
});
