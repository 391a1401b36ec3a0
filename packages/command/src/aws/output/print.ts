import type { Pages } from '../paginate.ts';
import { mergePages } from '../paginate.ts';
import type { Value } from '../value.ts';
import type { TableStyle } from './table-render.ts';

/** What a command prints: one answer, or the pages of a list. */
export type Result =
  | { readonly kind: 'answer'; readonly answer: Value }
  | { readonly kind: 'pages'; readonly pages: Pages; readonly field: string; readonly shared?: string | undefined };

export interface PrintOptions {
  readonly format: 'json' | 'text' | 'table' | 'yaml' | 'yaml-stream' | 'off';
  /** The function of `--query`. */
  readonly select: (value: Value) => Value;
  /** The title of a table. */
  readonly title: string;
  readonly style: TableStyle;
}

/** The output of a command. Only the wanted format is loaded. */
export async function printResult(result: Result, options: PrintOptions): Promise<string> {
  const { format, select } = options;
  if (format === 'off') return '';
  if (format === 'text') return printText(result, select);
  if (format === 'yaml-stream') return printYamlStream(result, select);
  const value = select(
    result.kind === 'answer' ? result.answer : mergePages(result.pages, result.field, result.shared),
  );
  if (format === 'yaml') return (await import('./yaml.ts')).formatYaml(value);
  if (format === 'json') return (await import('./json.ts')).formatJson(value);
  return (await import('./table.ts')).formatTable(options.title, value, options.style);
}

/**
 * Text has no place for the pages of a list as a whole: the query applies to each page, and to the
 * token after them.
 */
async function printText(result: Result, select: PrintOptions['select']): Promise<string> {
  const { formatText } = await import('./text.ts');
  if (result.kind === 'answer') return formatText(select(result.answer));
  const { pages, resumeToken } = result.pages;
  const parts = pages.map((page) => ({ [result.field]: page[result.field] ?? null }));
  const token = resumeToken === null ? [] : [{ NextToken: { NextToken: resumeToken } }];
  return [...parts, ...token].map((part) => formatText(select(part))).join('');
}

async function printYamlStream(result: Result, select: PrintOptions['select']): Promise<string> {
  const [{ formatYamlStream }, { isEmptyMap }] = await Promise.all([import('./yaml.ts'), import('./json.ts')]);
  if (result.kind === 'pages') return formatYamlStream(result.pages.pages.map(select));
  const value = select(result.answer);
  return isEmptyMap(value) ? '' : formatYamlStream([value]);
}
