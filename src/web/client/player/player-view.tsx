import type { FileEntry } from '../api/types.ts';
import { useServices } from '../shell/services.ts';
import { ViewerBar } from '../viewer/viewer-bar.tsx';

interface PlayerViewProps {
  readonly file: FileEntry;
  readonly onClose: () => void;
}

/** A film or song that plays. */
export function PlayerView({ file, onClose }: PlayerViewProps) {
  const { addresses } = useServices();
  return (
    <main class="viewer player">
      <ViewerBar name={file.name} onClose={onClose} />
      <video src={addresses.stream(file)} controls autoplay />
    </main>
  );
}
