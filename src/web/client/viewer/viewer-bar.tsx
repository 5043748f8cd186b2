import type { ComponentChildren } from 'preact';
import { Icon } from '../shell/icon.tsx';

interface ViewerBarProps {
  readonly name: string;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

export function ViewerBar({ name, onClose, children }: ViewerBarProps) {
  return (
    <header class="viewer-bar">
      <button type="button" class="icon-button" aria-label="Back to the folder" onClick={onClose}>
        <Icon name="back" />
      </button>
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {children}
    </header>
  );
}
