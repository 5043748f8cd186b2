/** What the page shows. */
export type Route =
  | { readonly view: 'folder'; readonly path: string; readonly details: string | null }
  | { readonly view: 'search'; readonly text: string; readonly details: string | null }
  /** A film that plays, a picture, or whatever else a file is. */
  | { readonly view: 'file'; readonly id: string }
  /** A page of the shell's list, by its name. */
  | { readonly view: 'page'; readonly name: string };

/**
 * Reads the fragment of an address. Views live in the fragment so that the page works below any path of a proxy and
 * the server need not know them. What cannot be read is the root folder.
 */
export function parseRoute(fragment: string): Route {
  const [path, query] = splitOnce(fragment.replace(/^#/, ''), '?');
  const names = path.split('/').slice(1).map(decoded);
  const [view = '', ...rest] = names;
  const parameters = new URLSearchParams(query);
  const details = parameters.get('details');
  if (view === 'search') return { view, text: parameters.get('q') ?? '', details };
  if (view === 'file' && rest[0] !== undefined) return { view, id: rest[0] };
  if (view === 'folder' || view === '') {
    return { view: 'folder', path: `/${rest.filter((name) => name !== '').join('/')}`, details };
  }
  return { view: 'page', name: view };
}

/** The fragment of a route, with its `#`. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'folder':
      return `#/folder${encodedPath(route.path)}${queryOf({ details: route.details })}`;
    case 'search':
      return `#/search${queryOf({ q: route.text, details: route.details })}`;
    case 'file':
      return `#/file/${encodeURIComponent(route.id)}`;
    case 'page':
      return `#/${encodeURIComponent(route.name)}`;
  }
}

export function folderRoute(path: string): Route {
  return { view: 'folder', path, details: null };
}

/** The path of the folder that holds the entry at `path`. */
export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function encodedPath(path: string): string {
  const names = path.split('/').filter((name) => name !== '');
  return names.map((name) => `/${encodeURIComponent(name)}`).join('');
}

function queryOf(parameters: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) query.set(name, value);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
