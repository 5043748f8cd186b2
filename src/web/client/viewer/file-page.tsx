import type { FileEntry } from '../api/types.ts';
import { FileActions } from '../details/file-actions.tsx';
import { useFile } from '../details/use-file.ts';
import { PlayerView } from '../player/player-view.tsx';
import { folderRoute, parentPath } from '../routing/route.ts';
import { Notice } from '../shell/notice.tsx';
import { useServices } from '../shell/services.ts';
import { useTitle } from '../shell/title.ts';
import { ImageView } from './image-view.tsx';
import { ViewerBar } from './viewer-bar.tsx';

/** One file as what it is: a film or song plays, a picture shows, anything else offers what can be done with it. */
export function FilePage({ id }: { readonly id: string }) {
  const { router } = useServices();
  const file = useFile(id, []).value;
  useTitle(file.state === 'here' ? file.value.name : 'File');
  if (file.state === 'waiting') return <main class="viewer" aria-busy="true" />;
  if (file.state === 'failed') {
    return (
      <main class="viewer">
        <ViewerBar name="" onClose={() => router.back(folderRoute('/'))} />
        <Notice icon="info" title={file.failure.message}>
          <p>{file.failure.hint}</p>
        </Notice>
      </main>
    );
  }
  return <FileView file={file.value} />;
}

function FileView({ file }: { readonly file: FileEntry }) {
  const { router } = useServices();
  const close = (): void => router.back(folderRoute(parentPath(file.path)));
  if (file.media === 'video' || file.media === 'audio') return <PlayerView file={file} onClose={close} />;
  if (file.media === 'image') return <ImageView file={file} onClose={close} />;
  return (
    <main class="viewer">
      <ViewerBar name={file.name} onClose={close} />
      <Notice icon={file.media} title="This is not something the page can show">
        <FileActions file={file} />
      </Notice>
    </main>
  );
}
