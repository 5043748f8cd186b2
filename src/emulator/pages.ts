/** HTML pages as the storage host and the front ends of 1fichier give them where something else was wanted. */
export function page(title: string, text: string): string {
  return `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`;
}

export const MAINTENANCE_PAGE = page(
  'Maintenance',
  '1fichier.com is under maintenance. Please come back later.',
);
export const SIGN_IN_PAGE = page(
  'Sign in',
  '<form action="/login.pl" method="post"><input name="mail"></form>',
);
export const DEAD_LINK_PAGE = page('Link expired', 'This download link is no longer valid.');
export const TOO_MANY_CONNECTIONS_PAGE = page(
  'Too many connections',
  'Too many connections from your account.',
);
export const LOCKED_PAGE = page('Locked', 'Your requests are too fast');
