import type { Clock, Random } from '../clock.ts';
import type { Quirks } from './quirks.ts';

/** A direct link the API has given out. */
export interface IssuedLink {
  /** `/p<digits>`: the credential. */
  readonly path: string;
  readonly fileId: string;
  readonly single: boolean;
  readonly inline: boolean;
  readonly issuedAt: number;
  firstUsedAt: number | null;
  uses: number;
  revoked: boolean;
}

export interface LinkTerms {
  readonly single: boolean;
  readonly inline: boolean;
}

/** The direct links in circulation and how long they live (API document section 3). */
export class LinkStore {
  readonly #quirks: Quirks;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #links = new Map<string, IssuedLink>();
  #issued = 0;

  constructor(quirks: Quirks, clock: Clock, random: Random) {
    this.#quirks = quirks;
    this.#clock = clock;
    this.#random = random;
  }

  /** Makes a link; gives its path and the host it is served on. */
  issue(fileId: string, { single, inline }: LinkTerms): { readonly path: string; readonly host: string } {
    const { linkHosts, newLinkEachToken } = this.#quirks;
    const host = linkHosts[this.#issued % linkHosts.length] ?? '127.0.0.1';
    this.#issued += 1;
    const current = newLinkEachToken ? undefined : this.#liveLinkOf(fileId);
    if (current !== undefined) return { path: current.path, host };

    const path = this.#freshPath();
    const issuedAt = this.#clock.now();
    const asked = this.#quirks.singleUseLinks;
    this.#links.set(path, {
      path,
      fileId,
      single: asked === 'always' || (asked === 'as-asked' && single),
      inline,
      issuedAt,
      firstUsedAt: null,
      uses: 0,
      revoked: false,
    });
    return { path, host };
  }

  /** The link at `path` if it still serves; undefined when it is dead or was never issued. */
  live(path: string): IssuedLink | undefined {
    const link = this.#links.get(path);
    return link !== undefined && this.#serves(link) ? link : undefined;
  }

  /** Counts a use; the first one starts the link's second span of life. */
  use(link: IssuedLink): void {
    link.firstUsedAt ??= this.#clock.now();
    link.uses += 1;
  }

  /** Kills every link issued so far. */
  expireAll(): void {
    for (const link of this.#links.values()) link.revoked = true;
  }

  #serves(link: IssuedLink): boolean {
    if (link.revoked || (link.single && link.uses > 0)) return false;
    const { linkFirstUseSeconds, linkLifeSeconds } = this.#quirks;
    const [since, seconds] =
      link.firstUsedAt === null ? [link.issuedAt, linkFirstUseSeconds] : [link.firstUsedAt, linkLifeSeconds];
    return seconds === null || this.#clock.now() - since <= seconds * 1000;
  }

  #liveLinkOf(fileId: string): IssuedLink | undefined {
    for (const link of this.#links.values()) {
      if (link.fileId === fileId && this.#serves(link)) return link;
    }
    return undefined;
  }

  #freshPath(): string {
    for (;;) {
      const path = `/p${1_000_000_000 + Math.floor(this.#random() * 9_000_000_000)}`;
      if (!this.#links.has(path)) return path;
    }
  }
}
