import { formatRoute } from '../routing/route.ts';
import { useServices } from '../shell/services.ts';

const CONNECT = 'connect';

/** Says that what is shown is not one's own yet, and leads to where that changes. */
export function DemoBanner() {
  const { firstRun, router } = useServices();
  const route = router.route.value;
  const isThere = route.view === 'page' && route.name === CONNECT;
  if (!firstRun.isKeyNeeded.value || isThere) return null;
  return (
    <aside class="demo-banner" aria-label="Demo library">
      <p>This is a demo library. Your own shows once the bridge has the key of your 1fichier account.</p>
      <a class="button small" href={formatRoute({ view: 'page', name: CONNECT })}>
        Connect your account
      </a>
    </aside>
  );
}
