import { useRef } from 'preact/hooks';
import { asFailure } from '../api/client.ts';
import type { Theme } from '../preferences/preferences.ts';
import { formatRoute } from '../routing/route.ts';
import { Icon, type IconName } from './icon.tsx';
import { PAGES } from './pages.ts';
import { useServices } from './services.ts';

/** What is needed now and then: the other pages on a small screen, the colours, the way out. */
export function Menu() {
  const popover = useRef<HTMLDivElement>(null);
  const close = (): void => popover.current?.hidePopover();
  return (
    <>
      <button type="button" class="icon-button" popovertarget="menu" aria-label="Menu">
        <Icon name="menu" />
      </button>
      <div id="menu" popover="auto" class="menu" ref={popover}>
        {PAGES.filter(({ isInNavigation }) => isInNavigation).map(({ name, title, icon }) => (
          <a
            key={name}
            class="menu-item small-screens"
            href={formatRoute({ view: 'page', name })}
            onClick={close}
          >
            <Icon name={icon} />
            {title}
          </a>
        ))}
        <ThemeChoice />
        <a class="menu-item" href="library/" onClick={close}>
          <Icon name="list" />
          Plain lists
        </a>
        <a class="menu-item" href="api/docs" onClick={close}>
          <Icon name="external" />
          For programs
        </a>
        <SignOut />
      </div>
    </>
  );
}

const THEMES: readonly { readonly value: Theme; readonly label: string; readonly icon: IconName }[] = [
  { value: 'system', label: 'As the device', icon: 'system' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
];

function ThemeChoice() {
  const { theme } = useServices().preferences;
  return (
    <fieldset class="theme-choice">
      <legend>Colours</legend>
      {THEMES.map(({ value, label, icon }) => (
        <label key={value}>
          <input
            type="radio"
            name="theme"
            value={value}
            checked={theme.value === value}
            onChange={() => (theme.value = value)}
          />
          <Icon name={icon} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function SignOut() {
  const { api, signIn, announcer } = useServices();
  if (signIn.state.value !== 'signed-in') return null;
  const leave = (): void => {
    signIn.end(api).catch((error: unknown) => announcer.show(asFailure(error).message));
  };
  return (
    <button type="button" class="menu-item" onClick={leave}>
      <Icon name="exit" />
      Sign out
    </button>
  );
}
