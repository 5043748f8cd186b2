import { counted, formatDateAndTime } from '../format/format.ts';
import { Card, Fact } from './cards.tsx';
import type { ApiBudget } from './status.ts';

/** Who waits, as people would say it; in the order in which they are served. */
const WAITING: readonly (readonly [priority: string, words: string])[] = [
  ['viewer', 'for a film'],
  ['browse', 'for a folder someone opened'],
  ['crawl', 'for the library'],
  ['prefetch', 'ahead of time'],
];

export function ApiCard({ budget }: { readonly budget: ApiBudget }) {
  const calls = Object.values(budget.calls).reduce((sum, count) => sum + count, 0);
  const waiting = WAITING.filter(([priority]) => (budget.queued[priority] ?? 0) > 0);
  return (
    <Card title="Calls to 1fichier">
      <dl>
        <Fact name="State">
          {budget.lockedUntil === null ? (
            'Open'
          ) : (
            <span class="serious">Locked until {formatDateAndTime(budget.lockedUntil)}</span>
          )}
        </Fact>
        <Fact name="Pace">{counted(Number(budget.callsPerSecond.toFixed(2)), 'call')} a second at most</Fact>
        <Fact name="Made">{counted(calls, 'call')} since the start</Fact>
        <Fact name="Waiting">
          {waiting.length === 0
            ? 'None'
            : waiting.map(([priority, words]) => `${budget.queued[priority] ?? 0} ${words}`).join(', ')}
        </Fact>
      </dl>
    </Card>
  );
}
