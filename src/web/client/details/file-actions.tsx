import type { FileEntry } from '../api/types.ts';
import { formatRoute } from '../routing/route.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';
import { copyText } from './copy-text.ts';
import { playersFor, type Player } from './open-in.ts';

interface FileActionsProps {
  readonly file: FileEntry;
  /** Whether to offer the page's own player. */
  readonly canPlayHere?: boolean;
}

/** Everything that can be done with a file. */
export function FileActions({ file, canPlayHere = true }: FileActionsProps) {
  const { addresses } = useServices();
  const isPlayable = file.media === 'video' || file.media === 'audio';
  return (
    <div class="file-actions">
      <div class="buttons">
        {canPlayHere && (isPlayable || file.media === 'image') && (
          <a class="button primary" href={formatRoute({ view: 'file', id: file.id })}>
            <Icon name={isPlayable ? 'play' : 'image'} />
            {isPlayable ? 'Play' : 'View'}
          </a>
        )}
        <a class="button" href={addresses.download(file)} download>
          <Icon name="download" />
          Download
        </a>
        <CopyLink file={file} />
      </div>
      {isPlayable && <OpenIn file={file} />}
    </div>
  );
}

function CopyLink({ file }: { readonly file: FileEntry }) {
  const { addresses, announcer } = useServices();
  const copy = async (): Promise<void> => {
    const isCopied = await copyText(addresses.stream(file));
    announcer.show(
      isCopied ? 'Link copied. It stays the same when the file moves.' : 'The browser did not let it.',
    );
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      <Icon name="link" />
      Copy link
    </button>
  );
}

function OpenIn({ file }: { readonly file: FileEntry }) {
  const { addresses } = useServices();
  return (
    <section class="open-in">
      <h3>Open in</h3>
      <div class="buttons">
        {playersFor(addresses.stream(file), file.name).map((player) => (
          <PlayerLink key={player.name} player={player} />
        ))}
      </div>
    </section>
  );
}

function PlayerLink({ player: { name, opening } }: { readonly player: Player }) {
  if (opening.by === 'link') {
    return (
      <a class="button small" href={opening.address}>
        {name}
      </a>
    );
  }
  return (
    <button type="button" class="button small" onClick={() => save(opening.fileName, opening.content)}>
      {name}
    </button>
  );
}

function save(fileName: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}
