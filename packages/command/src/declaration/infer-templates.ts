import { groupBy } from './grouped.ts';
import { placeholders } from './template.ts';
import type { PlaceholderName } from './template.ts';

/** The value of a placeholder for one association; undefined if it is not known. */
type ValueOf = (name: PlaceholderName) => string | undefined;

/** An ARN in which each part is the value of one field has 64 templates. */
const maxCandidates = 64;

/**
 * The templates that an association's ARN can come from, at most 64 with the ARN itself. Those with
 * more placeholders of the account come first, the ARN itself comes last.
 */
export function candidatesOf(arn: string, valueOf: ValueOf): readonly string[] {
  // An ARN may have braces, which no template can say.
  if (/[{}]/.test(arn)) return [arn];
  const starts = groupBy(partsOf(arn, valueOf), ({ start }) => start);
  const after: Suffixes[] = [];
  let next: Suffixes = { start: arn.length, templates: [''] };
  after[arn.length] = next;
  for (let start = arn.length - 1; start >= 0; start -= 1) {
    const parts = starts.get(start);
    if (parts) {
      const replaced = parts.flatMap(({ name, end }) =>
        suffixesFrom(arn, end, after).map((rest) => `{${name}}${rest}`),
      );
      next = { start, templates: limited([...replaced, ...suffixesFrom(arn, start, after, start + 1)]) };
    }
    after[start] = next;
  }
  return suffixesFrom(arn, 0, after)
    .map((template) => ({ template, accounts: template.split('{accountId}').length }))
    .sort((one, other) => other.accounts - one.accounts)
    .map(({ template }) => template);
}

/** The template of most associations for each of them, of equal ones its first. */
export function chosenTemplates(candidates: readonly (readonly string[])[]): readonly (string | undefined)[] {
  const votes = new Map<string, number>();
  for (const templates of candidates) {
    for (const template of templates) votes.set(template, (votes.get(template) ?? 0) + 1);
  }
  const votesOf = (template: string) => votes.get(template) ?? 0;
  return candidates.map((templates) => {
    const most = templates.reduce((count, template) => Math.max(count, votesOf(template)), 0);
    return templates.find((template) => votesOf(template) === most);
  });
}

/** The templates of the end of an ARN that begins with a part that a placeholder can replace. */
interface Suffixes {
  readonly start: number;
  readonly templates: readonly string[];
}

/** The templates of an ARN from `position` on. What comes before `from` stays as it is. */
function suffixesFrom(arn: string, position: number, after: readonly Suffixes[], from = position): readonly string[] {
  const { start, templates } = after[from] ?? { start: arn.length, templates: [''] };
  const literal = arn.slice(position, start);
  return templates.map((rest) => literal + rest);
}

interface Part {
  readonly name: PlaceholderName;
  readonly start: number;
  readonly end: number;
}

/** Where an ARN has a value between other characters than letters and digits. */
function partsOf(arn: string, valueOf: ValueOf): readonly Part[] {
  return placeholders.flatMap((name) => {
    const value = valueOf(name) ?? '';
    const parts: Part[] = [];
    for (let start = value === '' ? -1 : arn.indexOf(value); start !== -1; start = arn.indexOf(value, start + 1)) {
      const end = start + value.length;
      if (!isWord(arn[start - 1]) && !isWord(arn[end])) parts.push({ name, start, end });
    }
    return parts;
  });
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9]/.test(character);
}

function limited(templates: readonly string[]): readonly string[] {
  return templates.length <= maxCandidates
    ? templates
    : [...templates.slice(0, maxCandidates - 1), ...templates.slice(-1)];
}
