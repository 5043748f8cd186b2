import { randomUUID } from 'node:crypto';
import { requireWriter, type DavContext } from './exchange.ts';
import { parentPath, joinPath, type DavPath } from './path.ts';
import { removeTree, type MemberFailure } from './removal.ts';
import { writableName, type Resource } from './resource.ts';

/**
 * Runs `act`, which puts something in the place of `target`. 1fichier can overwrite nothing, so the target is
 * renamed first, and removed only when `act` has succeeded, or else renamed back: no failure loses it.
 */
export async function displacing(
  context: DavContext,
  target: Resource | null,
  path: DavPath,
  act: () => Promise<readonly MemberFailure[]>,
): Promise<readonly MemberFailure[]> {
  if (target === null) return act();
  if (target.kind === 'local') {
    const content = context.localFiles.read(target.id);
    context.localFiles.remove(target);
    try {
      return await act();
    } catch (error) {
      context.localFiles.write(target.parentId, target.name, content);
      throw error;
    }
  }
  const writer = requireWriter(context);
  const folderId = target.parentId ?? context.library.root().id;
  const asideName = `${target.name.slice(0, 180)} (replaced ${randomUUID().slice(0, 8)})`;
  const aside = await writer.move(target, folderId, asideName);
  try {
    const failures = await act();
    const left = await removeTree(context, aside, joinPath(parentPath(path) ?? '/', aside.name));
    return [...failures, ...left];
  } catch (error) {
    await writer.move(aside, folderId, writableName(target));
    throw error;
  }
}
