import type { types } from '@slack/bolt';

/** Blocks as text: what a person reads, with buttons in brackets. */
export function textOf(blocks: readonly types.KnownBlock[]): string {
  return blocks.map(blockText).join('').trimEnd();
}

function blockText(block: types.KnownBlock): string {
  if (block.type === 'actions') {
    const labels = block.elements.flatMap((one) =>
      one.type === 'button' ? [`[${one.text.text}]${one.url ? ` ${one.url}` : ''}`] : [],
    );
    return `${labels.join(' ')}\n`;
  }
  if (block.type === 'input') return `${block.label.text}: ____\n`;
  if (block.type !== 'rich_text') return `(${block.type})\n`;
  return block.elements.flatMap(({ elements }) => (elements as types.RichTextElement[]).map(elementText)).join('');
}

function elementText(element: types.RichTextElement): string {
  if (element.type === 'text') return element.text;
  if (element.type === 'user') return `@${element.user_id}`;
  return element.type === 'date' ? (element.fallback ?? '') : `(${element.type})`;
}

/** What Slack would reject: its limits of blocks, texts and options. */
export function problemsOf(blocks: readonly types.KnownBlock[], isModal: boolean): string[] {
  const problems: string[] = [];
  const limit = (what: string, length: number, most: number) => {
    if (length > most) problems.push(`${what} has ${length}, at most ${most}.`);
  };
  limit('A surface', blocks.length, isModal ? 100 : 50);
  for (const block of blocks) {
    if (block.type === 'rich_text') limit('A text', textOf([block]).length, 3_000);
    if (block.type !== 'actions') continue;
    limit('A block of buttons', block.elements.length, 25);
    const ids = block.elements.map((one) => ('action_id' in one ? one.action_id : undefined));
    if (new Set(ids).size < ids.length) problems.push('An action_id is used twice.');
    for (const one of block.elements) if (one.type === 'button') limit('A button', one.text.text.length, 75);
  }
  return problems;
}
