/**
 * Takes `.` segments out of a request's path (RFC 3986 section 5.2.4). rclone sends them: before a name with a colon
 * it writes `./`, so that the name is not read as a scheme, and joins that to the address as it is.
 */
export function withoutDotSegments(url: string): string {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  return path.includes('/./') ? path.replaceAll(/(?:\/\.)+(?=\/)/g, '') + url.slice(path.length) : url;
}
