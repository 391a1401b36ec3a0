import { createHash } from 'node:crypto';
import type { AuditEntry } from '../model/audit.ts';
import { valueAt } from './entry-size.ts';

// Personal data of an entry are stored beside its text, under a name of their own, so that they can
// be erased: the text is hashed into the signed log and copied to its archive, and never changes.
// It commits to them by a hash, which their salt keeps from being guessed.

/** Stands for the name of a person in a text, and for a text that quotes an input. */
const [hiddenName, hiddenText] = ['[name]', '[text]'];

const decisions = ['decision', 'deleteDecision'] as const;

/** The values that are personal data. */
function personalPaths(entry: AuditEntry): string[] {
  const votes = decisions.flatMap((field) => pathsIn(`${field}.approval.votes`, ['comment', 'sourceAddress'], entry));
  return ['onBehalfOf', 'sourceAddress', 'userAgent', 'reason', ...votes];
}

/** The texts that can quote `onBehalfOf`, or an input that is not valid. */
function quotingPaths(entry: AuditEntry): string[] {
  const lists = ['findings', ...decisions.map((field) => `${field}.violations`)];
  return ['message', ...lists.flatMap((list) => pathsIn(list, ['message', 'advice'], entry))];
}

/** The paths of fields of each item of a list. */
function pathsIn(list: string, fields: readonly string[], entry: AuditEntry): string[] {
  const items = valueAt(entry, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((_, at) => fields.map((field) => `${list}.${at}.${field}`));
}

/** An entry as it is stored. */
export interface SeparatedEntry {
  /** Without its personal data. */
  readonly entry: AuditEntry;
  /** The personal data as JSON; null: the entry has none of its own, or they were erased. */
  readonly personal: string | null;
}

/** The JSON of personal data: their values by path. */
interface PersonalText {
  readonly salt: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Separates an entry from its personal data. Equal entries give equal texts. An entry without a
 * salt is one of an earlier version.
 */
export function separated(entry: AuditEntry): SeparatedEntry {
  const { personal } = entry;
  if (personal === undefined || !('salt' in personal)) return { entry, personal: null };
  const values: Record<string, string> = {};
  const move = (kept: AuditEntry, path: string, remainingOf: (value: string) => string | null) => {
    const value = valueAt(kept, path);
    const remaining = typeof value === 'string' ? remainingOf(value) : value;
    if (typeof value !== 'string' || remaining === value) return kept;
    values[path] = value;
    return withValue(kept, path, remaining);
  };
  const withoutQuotes = quotingPaths(entry).reduce((kept, path) => move(kept, path, textWithout(entry)), entry);
  const kept = personalPaths(entry).reduce((rest, path) => move(rest, path, () => null), withoutQuotes);
  const text = JSON.stringify({ salt: personal.salt, values } satisfies PersonalText);
  return { entry: { ...kept, personal: { entryId: entry.entryId, sha256: sha256(text) } }, personal: text };
}

/**
 * Joins an entry with its personal data. Those that were erased, or are not the ones that the entry
 * commits to, are null, and `isErased` is true.
 */
export function joined(stored: AuditEntry, text: string | null): AuditEntry {
  const { personal, ...entry } = stored;
  if (personal === undefined || !('sha256' in personal)) return stored;
  // An earlier version of the gateway copies the fields of an INTENT that it does not know.
  if (personal.entryId !== stored.entryId) return entry;
  const own = text !== null && sha256(text) === personal.sha256 ? parsed(text) : null;
  if (own?.salt === undefined || own.values === undefined) return stored;
  const { salt, values } = own;
  const paths = [...personalPaths(stored), ...quotingPaths(stored)].filter((path) => Object.hasOwn(values, path));
  const whole = paths.reduce((rest, path) => withValue(rest, path, values[path]), stored);
  return { ...whole, personal: { salt } };
}

/** What the entry keeps of a text that can quote. */
function textWithout({ onBehalfOf: name, refusalCode }: AuditEntry): (text: string) => string {
  if (refusalCode === 'INVALID_INPUT') return () => hiddenText;
  if (name === null) return (text) => text;
  // A text can have been cut within the name, which has up to 256 characters.
  const parts = Array.from({ length: name.length }, (_, at) => `${name.slice(0, name.length - at)}…`);
  return (text) => {
    const rest = text.replaceAll(name, hiddenName);
    const cut = parts.find((part) => rest.includes(part));
    return cut === undefined ? rest : rest.replaceAll(cut, `${hiddenName}…`);
  };
}

/** Only `separated` makes these texts, unless others write to the table. */
function parsed(text: string): Partial<PersonalText> | null {
  try {
    return JSON.parse(text) as Partial<PersonalText> | null;
  } catch {
    return null;
  }
}

/** A copy with another value at a path, in the same order of fields. */
function withValue<T>(value: T, path: string, replaced: unknown): T {
  const [, name = '', rest] = /^([^.]*)(?:\.(.*))?$/s.exec(path) ?? [];
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  const inner: unknown = Reflect.get(copy as object, name);
  Reflect.set(copy as object, name, rest === undefined ? replaced : withValue(inner, rest, replaced));
  return copy as T;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
