/** What a key asks of the player. */
export type PlayerCommand =
  | {
      readonly do:
        'toggle-pause' | 'toggle-fullscreen' | 'toggle-mute' | 'toggle-subtitles' | 'next' | 'close';
    }
  | { readonly do: 'seek-by'; readonly seconds: number }
  | { readonly do: 'seek-to'; readonly share: number }
  | { readonly do: 'change-volume'; readonly by: number };

const COMMANDS: Readonly<Record<string, PlayerCommand>> = {
  ' ': { do: 'toggle-pause' },
  k: { do: 'toggle-pause' },
  f: { do: 'toggle-fullscreen' },
  m: { do: 'toggle-mute' },
  c: { do: 'toggle-subtitles' },
  n: { do: 'next' },
  Escape: { do: 'close' },
  ArrowLeft: { do: 'seek-by', seconds: -10 },
  ArrowRight: { do: 'seek-by', seconds: 10 },
  j: { do: 'seek-by', seconds: -30 },
  l: { do: 'seek-by', seconds: 30 },
  ArrowUp: { do: 'change-volume', by: 0.05 },
  ArrowDown: { do: 'change-volume', by: -0.05 },
};

/** Null: the key is none of the player's, or belongs to the control that has the focus. */
export function commandOf(event: KeyboardEvent): PlayerCommand | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const focused = event.target instanceof Element ? event.target : null;
  if (event.key === ' ' && focused?.closest('button, a, input[type="radio"], select') !== null) return null;
  if (event.key.startsWith('Arrow') && focused?.closest('.volume, [popover]') !== null) return null;
  if (event.key === 'Escape' && document.querySelector(':popover-open, dialog[open]') !== null) return null;
  if (/^\d$/.test(event.key)) return { do: 'seek-to', share: Number(event.key) / 10 };
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return COMMANDS[key] ?? null;
}
