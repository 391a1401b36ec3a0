import { GeneralError, UsageError } from './errors.ts';
import { parseJson } from './json-input.ts';
import { repr, typeName } from './python.ts';
import type { Value, ValueMap } from './value.ts';
import { isList, isMap } from './value.ts';

export interface Paging {
  readonly maxItems?: number | undefined;
  readonly startingToken?: string | undefined;
  readonly pageSize?: number | undefined;
}

/** The pages of a list, cut to the wanted number of items. */
export interface Pages {
  readonly pages: readonly ValueMap[];
  /** What `--starting-token` continues with; null after the last item. */
  readonly resumeToken: string | null;
}

/** Where a list starts: after the service's token, and within that page. */
interface Position {
  readonly token: string | null;
  readonly offset: number;
}

type FetchPage = (input: ValueMap) => Promise<ValueMap>;

/**
 * Reads a list as the paginator of botocore does. The answer's `nextToken` and the input's
 * `maxResults` are EKS's names.
 *
 * @param field the field of the answer that holds the items
 * @throws {@link UsageError} or {@link GeneralError} for an invalid starting token, with the exit
 *   code of the AWS CLI; {@link GeneralError} for a service that repeats a token
 */
export async function readPages(fetch: FetchPage, input: ValueMap, field: string, paging: Paging): Promise<Pages> {
  const start = paging.startingToken === undefined ? null : readToken(paging.startingToken);
  const pages: ValueMap[] = [];
  let [token, offset, count] = [start?.token ?? null, start?.offset ?? 0, 0];
  for (;;) {
    const page = await fetch(pageInput(input, token, paging.pageSize));
    const items = itemsOf(page, field).slice(offset);
    const excess = paging.maxItems === undefined ? 0 : count + items.length - paging.maxItems;
    if (excess > 0) {
      const kept = items.slice(0, items.length - excess);
      const resumeToken = encodeToken(token, items.length - excess + offset);
      return { pages: [...pages, { ...page, [field]: kept }], resumeToken };
    }
    pages.push(start && pages.length === 0 ? { ...page, [field]: items } : page);
    count += items.length;
    const next = typeof page.nextToken === 'string' && page.nextToken !== '' ? page.nextToken : null;
    if (next === null) return { pages, resumeToken: null };
    if (count === paging.maxItems) return { pages, resumeToken: encodeToken(next, null) };
    if (next === token && pages.length > 1) throw repeatedToken(next);
    [token, offset] = [next, 0];
  }
}

function pageInput(input: ValueMap, token: string | null, pageSize: number | undefined): ValueMap {
  return {
    ...input,
    ...(pageSize === undefined ? {} : { maxResults: pageSize }),
    ...(token === null ? {} : { nextToken: token }),
  };
}

/**
 * The complete answer that pages amount to, with `NextToken` if it is cut.
 *
 * @param shared another field with a list, of which each item is kept once
 */
export function mergePages({ pages, resumeToken }: Pages, field: string, shared?: string): ValueMap {
  const items = pages.some((page) => isList(page[field]))
    ? { [field]: pages.flatMap((page) => itemsOf(page, field)) }
    : {};
  const others = shared === undefined ? {} : { [shared]: distinct(pages.flatMap((page) => itemsOf(page, shared))) };
  return { ...items, ...others, ...(resumeToken === null ? {} : { NextToken: resumeToken }) };
}

function distinct(items: readonly Value[]): Value[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function itemsOf(page: ValueMap, field: string): readonly Value[] {
  const items = page[field];
  return isList(items) ? items : [];
}

/** The spaces are those of Python's `json.dumps`, and letters beyond ASCII are escaped. */
function encodeToken(token: string | null, offset: number | null): string {
  const text = JSON.stringify(token).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const amount = offset === null ? '' : `, "boto_truncate_amount": ${offset}`;
  return Buffer.from(`{"nextToken": ${text}${amount}}`).toString('base64');
}

/** Reads a token of this function's, or the older form `<token of the service>___<offset>`. */
function readToken(startingToken: string): Position {
  const decoded = decodeToken(startingToken);
  if (decoded) {
    const { nextToken = null, boto_truncate_amount: offset = 0, ...others } = decoded;
    if (typeName(offset) === 'float')
      throw new GeneralError('slice indices must be integers or None or have an __index__ method');
    const isValid = (nextToken === null || typeof nextToken === 'string') && Number.isInteger(offset);
    if (!isValid || Object.keys(others).length > 0) throw new UsageError(`Bad starting token: ${startingToken}`);
    return { token: nextToken === 'None' ? null : nextToken, offset: offset as number };
  }
  const parts = startingToken.split('___');
  const [token = '', offset] = parts;
  if (parts.length > 2) throw new GeneralError(`Bad starting token: ${startingToken}`);
  if (offset === undefined) return { token: token === 'None' ? null : token, offset: 0 };
  if (!/^\d+$/.test(offset)) return { token: startingToken, offset: 0 };
  return { token: token === 'None' ? null : token, offset: Number(offset) };
}

function decodeToken(text: string): ValueMap | null {
  try {
    const value = parseJson(Buffer.from(text, 'base64').toString());
    return isMap(value) ? value : null;
  } catch {
    return null;
  }
}

function repeatedToken(token: string): GeneralError {
  const value = repr({ nextToken: token });
  return new GeneralError(`Error during pagination: The same next token was received twice: ${value}`);
}
