import type { types } from '@slack/bolt';

/**
 * A piece of a line. All of them become elements of rich text, which Slack shows as they are: in
 * contrast to `mrkdwn`, nothing in a text can become a mention, a link or markup, so there is
 * nothing to escape.
 */
type Part = string | { bold: string } | { code: string } | { user: string } | { slackGroup: string } | { time: string };
export type Line = readonly Part[];

/** What a message or a modal shows. */
export interface Card {
  /** A constant, also for the notification of the message: never text of people. */
  readonly title: string;
  readonly lines: readonly Line[];
  readonly buttons?: readonly Button[];
}

export interface Button {
  readonly text: string;
  readonly action: string;
  readonly value?: string;
  readonly url?: string;
  readonly style?: 'primary' | 'danger';
}

/**
 * The longest text of a block, by Slack's limits, and how much of one part is shown. Characters.
 */
const longestBlock = 3_000;
const longestPart = 1_000;

/** Controls, line ends, and characters that turn the direction of text or are invisible. */
const deceptive = /[\p{Cc}\p{Zl}\p{Zp}\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]/gu;

/** A text on one line, in which what can't be seen is visible. */
function visible(text: string, longest = longestPart): string {
  const shown = text.replace(deceptive, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return shown.length <= longest ? shown : `${shown.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The blocks of a card, for a message or a modal. */
export function blocksOf({ title, lines, buttons = [] }: Card, isModal = false): types.KnownBlock[] {
  const all: readonly Line[] = isModal ? lines : [[{ bold: title }], ...lines];
  const actions = buttons.length === 0 ? [] : [{ type: 'actions' as const, elements: buttons.map(buttonOf) }];
  return [...richText(all), ...actions];
}

/** A message with a card. `text` is what notifications and screen readers have. */
export function messageOf(card: Card) {
  return { text: `Pod identity: ${card.title}`, blocks: blocksOf(card) };
}

/** Lines as blocks of rich text: a new block begins before the limit of one is reached. */
function richText(lines: readonly Line[]): types.RichTextBlock[] {
  const blocks: types.RichTextElement[][] = [[]];
  let length = 0;
  for (const line of lines) {
    const elements = [...line.filter((part) => part !== '').map(elementOf), { type: 'text' as const, text: '\n' }];
    const added = elements.reduce((sum, element) => sum + ('text' in element ? element.text.length : 20), 0);
    if (length + added > longestBlock) {
      blocks.push([]);
      length = 0;
    }
    length += added;
    blocks.at(-1)?.push(...elements);
  }
  return blocks
    .filter(({ length: count }) => count > 0)
    .slice(0, 40)
    .map((elements) => ({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }));
}

function elementOf(part: Part): types.RichTextElement {
  if (typeof part === 'string') return { type: 'text', text: visible(part) };
  if ('bold' in part) return { type: 'text', text: visible(part.bold), style: { bold: true } };
  if ('code' in part) return { type: 'text', text: visible(part.code), style: { code: true } };
  if ('user' in part) return { type: 'user', user_id: part.user };
  if ('slackGroup' in part) return { type: 'usergroup', usergroup_id: part.slackGroup };
  const timestamp = Math.floor(Date.parse(part.time) / 1_000);
  // Shown in the time zone of the reader.
  return { type: 'date', timestamp, format: '{date_short_pretty} {time}', fallback: part.time };
}

function buttonOf({ text, action, ...rest }: Button): types.Button {
  return { type: 'button', text: plain(text), action_id: action, ...rest };
}

/** Plain text of Slack, without emoji. */
export const plain = (text: string): types.PlainTextElement => ({ type: 'plain_text', text, emoji: false });

/** An option of a menu; null where its value is longer than Slack takes. */
export function optionOf(value: string, label = value) {
  // The end of an ARN tells roles apart, not its beginning.
  const text = label.length <= 75 ? label : `…${label.slice(-74)}`;
  return value.length > 150 ? null : { text: plain(visible(text, 75)), value };
}
