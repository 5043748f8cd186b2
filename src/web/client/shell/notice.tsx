import type { ComponentChildren } from 'preact';
import type { RequestFailure } from '../api/client.ts';
import { Icon, type IconName } from './icon.tsx';

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** Stands where content would, and says why there is none and what can be done. */
export function Notice({ icon, title, children }: NoticeProps) {
  return (
    <div class="notice">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface FailureNoticeProps {
  readonly failure: RequestFailure;
  readonly onRetry: () => void;
}

export function FailureNotice({ failure, onRetry }: FailureNoticeProps) {
  const isOffline = failure.kind === 'offline';
  return (
    <div role="alert">
      <Notice icon={isOffline ? 'offline' : 'info'} title={failure.message}>
        <p>{failure.hint}</p>
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      </Notice>
    </div>
  );
}
