import { counted, formatDateAndTime } from '../format/format.ts';
import { Card, Fact, Fill } from './cards.tsx';
import type { CrawlStatus } from './status.ts';

const STATES: Readonly<Record<CrawlStatus['state'], string>> = {
  idle: 'Up to date',
  crawling: 'Reading folders',
  waiting: 'Waiting until 1fichier takes calls again',
  stopped: 'Stopped',
};

export function LibraryCard({ crawl }: { readonly crawl: CrawlStatus }) {
  const done = crawl.foldersKnown - crawl.foldersPending;
  return (
    <Card title="Library">
      <dl>
        <Fact name="State">{STATES[crawl.state]}</Fact>
        <Fact name="Holds">
          {counted(crawl.filesKnown, 'file')} in {counted(crawl.foldersKnown, 'folder')}
        </Fact>
        {crawl.finishedAt !== null && (
          <Fact name="Complete">
            <time dateTime={crawl.finishedAt}>{formatDateAndTime(crawl.finishedAt)}</time>
          </Fact>
        )}
      </dl>
      {crawl.foldersPending > 0 && (
        <Fill
          label="This round"
          value={done}
          of={crawl.foldersKnown}
          text={`${counted(crawl.foldersPending, 'folder')} to go`}
        />
      )}
    </Card>
  );
}
