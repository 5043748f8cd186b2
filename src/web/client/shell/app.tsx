import { useEffect } from 'preact/hooks';
import { DemoBanner } from '../connect/demo-banner.tsx';
import { FilePage } from '../viewer/file-page.tsx';
import { FolderPage } from '../browse/folder-page.tsx';
import { SearchPage } from '../search/search-page.tsx';
import { SignInView } from '../session/sign-in-view.tsx';
import { asFailure } from '../api/client.ts';
import { Messages } from './messages.tsx';
import { OtherPage } from './other-page.tsx';
import { useServices } from './services.ts';
import { TopBar } from './top-bar.tsx';

export function App() {
  const { api, signIn, firstRun, announcer, router } = useServices();
  useEffect(() => {
    const tell = (error: unknown): void => announcer.say(asFailure(error).message);
    signIn.look(api).catch(tell);
    firstRun.look(api).catch(tell);
  }, []);

  if (signIn.state.value === 'signed-out') return <SignInView />;
  if (router.route.value.view === 'file') {
    return (
      <>
        <View />
        <Messages />
      </>
    );
  }
  return (
    <>
      <a class="skip-link" href="#content" onClick={toContent}>
        To the content
      </a>
      <TopBar />
      <DemoBanner />
      <main id="content" tabIndex={-1}>
        <View />
      </main>
      <Messages />
    </>
  );
}

function View() {
  const route = useServices().router.route.value;
  switch (route.view) {
    case 'folder':
      return <FolderPage key={route.path} path={route.path} details={route.details} />;
    case 'search':
      return <SearchPage text={route.text} details={route.details} />;
    case 'file':
      return <FilePage key={route.id} id={route.id} />;
    case 'page':
      return <OtherPage key={route.name} name={route.name} />;
  }
}

/** The fragment holds the route, so the browser cannot follow this link itself. */
function toContent(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}
