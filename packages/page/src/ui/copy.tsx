import { useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** A button that copies a text; says so for a moment. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  const label = isCopied ? 'Copied' : `Copy ${what}`;
  return (
    <button type="button" class="copy" title={label} aria-label={label} onClick={(event) => void copy(event)}>
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  );
}
