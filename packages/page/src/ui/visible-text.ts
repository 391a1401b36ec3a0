import { options } from 'preact';

/**
 * Characters that are not seen, and change how others are: marks that turn the direction of text,
 * and spaces without width. With them, one name looks like another.
 */
const invisible = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** A text in which such characters are shown by their code points, e.g. `[U+202E]`. */
function visibleText(text: string): string {
  return text.replace(invisible, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `[U+${code}]`;
  });
}

function visible(value: unknown): unknown {
  if (typeof value === 'string') return visibleText(value);
  return Array.isArray(value) ? value.map(visible) : value;
}

/**
 * Shows each text of the page so: what elements contain, and what is shown on hover. What is typed,
 * sent or copied stays as it is.
 */
export function makeTextsVisible(): void {
  const before = options.vnode;
  options.vnode = (vnode) => {
    if (typeof vnode.type === 'string') {
      const props = vnode.props as Record<string, unknown>;
      for (const name of ['children', 'title', 'aria-label']) {
        if (props[name] !== undefined) props[name] = visible(props[name]);
      }
    }
    before?.(vnode);
  };
}
