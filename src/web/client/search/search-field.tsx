import { useSignal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { folderRoute, type Route } from '../routing/route.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';

/** Typing this fast is still one search (ms). */
const TYPING_PAUSE = 120;

/** Searches the whole library while one types. The address follows, so that results can be linked to. */
export function SearchField() {
  const { router } = useServices();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const before = useRef<Route>(folderRoute('/'));
  const route = router.route.value;
  const text = useSignal(route.view === 'search' ? route.text : '');
  if (route.view !== 'search') before.current = route;

  // What was typed and not searched for yet stays, whatever view comes up meanwhile.
  useLayoutEffect(() => {
    if (timer.current === undefined) text.value = route.view === 'search' ? route.text : '';
  }, [route]);
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  useFocusKey(input);

  const searchNow = (wanted: string): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const isSearching = router.route.peek().view === 'search';
    if (wanted.trim() !== '') {
      router.go({ view: 'search', text: wanted, details: null }, { replace: isSearching });
    } else if (isSearching) router.go(before.current, { replace: true });
  };
  const search = (wanted: string): void => {
    text.value = wanted;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => searchNow(wanted), TYPING_PAUSE);
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      if (text.value === '') event.currentTarget.blur();
      text.value = '';
      searchNow('');
    }
    if (event.key === 'Enter' && timer.current !== undefined) {
      event.preventDefault();
      searchNow(text.value);
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      document.querySelector<HTMLElement>('.entries a[tabindex="0"]')?.focus();
    }
  };

  return (
    <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label="Search the whole library"
        aria-keyshortcuts="/"
        placeholder="Search"
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        value={text.value}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}

/** `/` leads to the search from anywhere that text is not typed already. */
function useFocusKey(input: { readonly current: HTMLInputElement | null }): void {
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog'))
        return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
