import { folderRoute, formatRoute } from '../routing/route.ts';

/** The way from the root to the folder above `path`; the folder itself is the heading below. */
export function Breadcrumbs({ path }: { readonly path: string }) {
  const names = path.split('/').filter((name) => name !== '');
  if (names.length === 0) return null;
  const above = names.slice(0, -1);
  return (
    <nav class="breadcrumbs" aria-label="Folders above">
      <ol>
        <li>
          <a href={formatRoute(folderRoute('/'))}>Library</a>
        </li>
        {above.map((name, depth) => (
          <li key={depth}>
            <a href={formatRoute(folderRoute(`/${above.slice(0, depth + 1).join('/')}`))}>
              <bdi>{name}</bdi>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}
