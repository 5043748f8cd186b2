import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Entry, FileEntry } from '../api/types.ts';
import { Picture } from '../browse/picture.tsx';
import { formatDateAndTime, formatSize } from '../format/format.ts';
import { folderRoute, formatRoute, parentPath } from '../routing/route.ts';
import { Icon } from '../shell/icon.tsx';
import { Notice } from '../shell/notice.tsx';
import { FileActions } from './file-actions.tsx';
import { mediaFacts, type Fact } from './media-facts.ts';
import { useFile, useMedia } from './use-file.ts';

interface DetailsSheetProps {
  readonly id: string;
  /** Where the file is probably found without asking. */
  readonly known: readonly Entry[];
  readonly onClose: () => void;
}

/** Beside the library on a wide screen, over its lower part on a phone. */
export function DetailsSheet({ id, known, onClose }: DetailsSheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = useModal(dialog, onClose);
  const file = useFile(id, known).value;
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby="details-name"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div class="sheet-content">
        <button type="button" class="icon-button sheet-close" aria-label="Close the details" onClick={close}>
          <Icon name="close" />
        </button>
        {file.state === 'here' && <Details file={file.value} />}
        {file.state === 'waiting' && <h2 id="details-name">Details</h2>}
        {file.state === 'failed' && (
          <Notice icon="info" title={file.failure.message}>
            <p id="details-name">{file.failure.hint}</p>
          </Notice>
        )}
      </div>
    </dialog>
  );
}

/**
 * Shows the dialog while it stands. Gives what closes it, once however often it is asked: the focus is back where it was
 * before anything else happens, so that the next key reaches the page.
 */
function useModal(dialog: { readonly current: HTMLDialogElement | null }, onClose: () => void): () => void {
  const isClosed = useRef(false);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      isClosed.current = true;
      element?.close();
    };
  }, []);
  return () => {
    if (isClosed.current) return;
    isClosed.current = true;
    dialog.current?.close();
    onClose();
  };
}

function Details({ file }: { readonly file: FileEntry }) {
  const folder = parentPath(file.path);
  const isVisual = file.media === 'video' || file.media === 'image';
  return (
    <>
      {isVisual && (
        <div class="sheet-picture">
          <Picture entry={file} width={640} />
        </div>
      )}
      <h2 id="details-name">
        <bdi>{file.name}</bdi>
      </h2>
      <FileActions file={file} />
      <dl class="facts">
        <FactLine fact={{ label: 'Size', values: [formatSize(file.size)] }} />
        <FactLine fact={{ label: 'Date', values: [formatDateAndTime(file.modified)] }} />
        <FactLine fact={{ label: 'Type', values: [file.contentType] }} />
        <MediaFacts file={file} />
        <div>
          <dt>Folder</dt>
          <dd>
            <a href={formatRoute(folderRoute(folder))}>
              <bdi>{folder}</bdi>
            </a>
          </dd>
        </div>
        {file.checksum !== null && (
          <div>
            <dt>Whirlpool</dt>
            <dd class="checksum">{file.checksum}</dd>
          </div>
        )}
      </dl>
    </>
  );
}

function MediaFacts({ file }: { readonly file: FileEntry }) {
  const media = useMedia(file).value;
  const isPlayable = file.media === 'video' || file.media === 'audio';
  if (!isPlayable) return null;
  if (media.state === 'waiting')
    return <FactLine fact={{ label: 'Media', values: ['Looking into the file…'] }} />;
  if (media.state === 'failed') {
    const { message, hint } = media.failure;
    return <FactLine fact={{ label: 'Media', values: [`${message} ${hint}`] }} />;
  }
  return (
    <>
      {mediaFacts(media.value).map((fact) => (
        <FactLine key={fact.label} fact={fact} />
      ))}
    </>
  );
}

function FactLine({ fact: { label, values } }: { readonly fact: Fact }) {
  return (
    <div>
      <dt>{label}</dt>
      {values.map((value, index) => (
        <dd key={index}>
          <bdi>{value}</bdi>
        </dd>
      ))}
    </div>
  );
}
