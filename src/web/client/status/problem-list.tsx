import { formatDateAndTime } from '../format/format.ts';
import { Icon } from '../shell/icon.tsx';
import type { Problem } from './status.ts';

export function ProblemList({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) {
    return (
      <p class="all-well">
        <Icon name="check" />
        All is well.
      </p>
    );
  }
  return (
    <ul class="problems" aria-label="Problems">
      {problems.map(({ at, title, hint, severity }) => (
        <li key={`${at ?? ''}${title}`} class={`problem ${severity}`}>
          <p class="problem-title">
            <bdi>{title}</bdi>
          </p>
          <p>{hint}</p>
          {at !== null && (
            <time class="quiet" dateTime={at}>
              {formatDateAndTime(at)}
            </time>
          )}
        </li>
      ))}
    </ul>
  );
}
