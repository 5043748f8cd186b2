import { asBridgeError, BridgeError } from '../errors.ts';
import { requireWriter, type DavContext } from './exchange.ts';
import { failureResponse, multistatus } from './multistatus.ts';
import { joinPath, type DavPath } from './path.ts';
import { resourceKey, type Resource } from './resource.ts';
import type { Readable } from 'node:stream';

/** A member that a recursive method could not deal with. */
export interface MemberFailure {
  readonly path: DavPath;
  readonly isFolder: boolean;
  readonly failure: BridgeError;
}

/**
 * Removes a resource with all below it, members first, and goes on after a failure; a folder of which a member
 * stays, stays too (RFC 4918 section 9.6.1).
 */
export async function removeTree(
  context: DavContext,
  resource: Resource,
  path: DavPath,
): Promise<readonly MemberFailure[]> {
  const failures: MemberFailure[] = [];
  if (resource.kind === 'folder') {
    for (const child of [...context.tree.children(resource)]) {
      failures.push(...(await removeTree(context, child, joinPath(path, child.name))));
    }
    if (failures.length > 0) return failures;
  }
  try {
    if (resource.kind === 'local') context.localFiles.remove(resource);
    else await requireWriter(context).remove(resource);
    context.deadProperties.forget(resourceKey(resource));
  } catch (error) {
    failures.push({ path, isFolder: resource.kind === 'folder', failure: asBridgeError(error) });
  }
  return failures;
}

/** Throws the failure when it is that of the resource asked for, which needs no 207. */
export function throwOwnFailure(failures: readonly MemberFailure[], path: DavPath): void {
  const [only, ...others] = failures;
  if (only !== undefined && others.length === 0 && only.path === path) throw only.failure;
}

/** The body of a 207 that names the members which failed. */
export function failuresBody(context: DavContext, failures: readonly MemberFailure[]): Readable {
  return multistatus(
    failures.map(({ path, isFolder, failure }) =>
      failureResponse(
        context.addresses.href(path, isFolder),
        failure.httpStatus,
        `${failure.message}. ${failure.hint}`,
      ),
    ),
  );
}
