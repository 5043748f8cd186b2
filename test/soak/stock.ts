import type { Random } from '../../src/clock.ts';
import type { EmulatedAccount } from '../../src/emulator/account.ts';
import { syntheticContent } from '../../src/emulator/content.ts';

const MIB = 1024 * 1024;
const FILMS = 12;
const SHELVES = 3;
const EPISODES = 4;
/** Most files that come and go. */
const LARGEST_INBOX = 12;

/** What a file of the account holds, by which its bytes are judged. */
export interface Stocked {
  readonly seed: string | number;
  /** Bytes. */
  readonly size: number;
}

/** A film that stays where it is. */
export interface Film extends Stocked {
  /** Path in the library, each name encoded. */
  readonly path: string;
}

/** The contents of the account: films that stay, and an inbox in which files come, are renamed, move and go. */
export class Stock {
  readonly films: readonly Film[];
  readonly #account: EmulatedAccount;
  readonly #random: Random;
  readonly #inbox: number;
  readonly #sorted: number;
  /** By page address; those removed too, since they may be under way to a reader. */
  readonly #passing = new Map<string, Stocked>();
  #made = 0;

  constructor(account: EmulatedAccount, random: Random) {
    this.#account = account;
    this.#random = random;
    this.films = this.#addFilms();
    this.#inbox = account.addFolder(0, 'Inbox');
    this.#sorted = account.addFolder(this.#inbox, 'Sorted');
    for (let file = 0; file < LARGEST_INBOX / 2; file += 1) this.#arrive();
  }

  /** What a file that comes and goes holds; undefined: there never was such a file. */
  passing(url: string): Stocked | undefined {
    return this.#passing.get(url);
  }

  /** Whether a file that comes and goes is there at the moment. */
  has(url: string): boolean {
    return this.#account.byUrl(url) !== undefined;
  }

  /** Where the files that come and go are at the moment. */
  inboxPaths(): { readonly url: string; readonly path: string }[] {
    return this.#files().map(({ url, folderId, name }) => ({
      url,
      path: `/${this.#account.pathOf(folderId)}/${name}`,
    }));
  }

  /** One edit, as a person would make it on the site. */
  edit(): void {
    const files = this.#files();
    const file = files[Math.floor(this.#random() * files.length)];
    const choice = this.#random();
    if (file === undefined || files.length < 5 || choice < 0.25) this.#arrive();
    else if (choice < 0.5 || files.length > LARGEST_INBOX) this.#account.removeFile(file.url);
    else if (choice < 0.75) this.#account.renameFile(file.url, `renamed ${(this.#made += 1)}.mkv`);
    else this.#account.moveFile(file.url, file.folderId === this.#inbox ? this.#sorted : this.#inbox);
  }

  #files(): { readonly url: string; readonly folderId: number; readonly name: string }[] {
    return [...this.#passing.keys()].flatMap((url) => {
      const file = this.#account.byUrl(url);
      return file === undefined ? [] : [{ url, folderId: file.folderId, name: file.name }];
    });
  }

  #arrive(): void {
    const name = `new ${(this.#made += 1)}.mkv`;
    const size = Math.floor(MIB * (0.1 + this.#random() * 2));
    const url = this.#account.addFile(this.#inbox, name, syntheticContent(name, size));
    this.#passing.set(url, { seed: name, size });
  }

  #addFilms(): Film[] {
    const films: Film[] = [];
    const add = (folder: string, folderId: number, name: string, size: number): void => {
      this.#account.addFile(folderId, name, syntheticContent(name, size));
      films.push({ seed: name, size, path: `${encodeURIComponent(folder)}/${encodeURIComponent(name)}` });
    };
    const folder = this.#account.addFolder(0, 'Films');
    for (let film = 0; film < FILMS; film += 1) {
      add('Films', folder, `film ${film}.mkv`, Math.floor(MIB * (20 + this.#random() * 60)));
    }
    for (let shelf = 0; shelf < SHELVES; shelf += 1) {
      const name = `Season ${shelf}`;
      const id = this.#account.addFolder(0, name);
      for (let file = 0; file < EPISODES; file += 1) {
        add(name, id, `episode ${shelf}-${file}.mkv`, Math.floor(MIB * (0.2 + this.#random() * 6)));
      }
    }
    return films;
  }
}
