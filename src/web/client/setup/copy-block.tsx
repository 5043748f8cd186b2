import { copyText } from '../details/copy-text.ts';
import { Icon } from '../shell/icon.tsx';
import { useServices } from '../shell/services.ts';

interface CopyBlockProps {
  /** What it is, for the button's name. */
  readonly label: string;
  readonly text: string;
}

/** Text as it is to be typed, with a button that copies it. */
export function CopyBlock({ label, text }: CopyBlockProps) {
  const { announcer } = useServices();
  const copy = async (): Promise<void> => {
    announcer.show(
      (await copyText(text)) ? 'Copied' : 'The browser does not let the page copy; select the text',
    );
  };
  return (
    <div class="copy-block">
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{text}</code>
      </pre>
      <button type="button" class="icon-button" aria-label={`Copy ${label}`} onClick={() => void copy()}>
        <Icon name="copy" />
      </button>
    </div>
  );
}
