import { SearchField } from '../search/search-field.tsx';
import { folderRoute, formatRoute } from '../routing/route.ts';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';
import { PAGES } from './pages.ts';
import { useServices } from './services.ts';

export function TopBar() {
  const { router } = useServices();
  const route = router.route.value;
  return (
    <header class="top-bar">
      <a class="brand" href={formatRoute(folderRoute('/'))} aria-label="Library: to the first folder">
        <Icon name="bridge" />
        <span>Library</span>
      </a>
      <SearchField />
      <nav class="page-links" aria-label="Pages">
        {PAGES.filter(({ isInNavigation }) => isInNavigation).map(({ name, title }) => (
          <a
            key={name}
            href={formatRoute({ view: 'page', name })}
            aria-current={route.view === 'page' && route.name === name ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <Menu />
    </header>
  );
}
