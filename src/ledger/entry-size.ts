import type { AuditEntry } from '../model/audit.ts';

/** The most bytes of an entry as JSON, unless it records a change: so much can any caller have written with one request. */
const maxBytes = 16_384;

/**
 * The most bytes of an entry of a change. It contains the whole request and the whole association before it, because the
 * reconciler and drift detection read them: with 50 of the largest tags each, that is 160 KB. DynamoDB stores up to 400 KB.
 */
const maxChangeBytes = 262_144;

/** The most bytes that an entry may have as JSON. */
export function maxBytesOf({ fence }: Pick<AuditEntry, 'fence'>): number {
  return fence === null ? maxBytes : maxChangeBytes;
}

/** The most characters (UTF-16) of texts that come from other systems. */
const maxUserAgent = 512;
const maxMessage = 1_024;

/** The most characters of a reason where even the rest of an entry is too large. */
const maxShortReason = 256;

/** A part of an entry that can be left out, and what remains of it. */
interface OptionalPart {
  /** The name of a field, or of a field in a field. */
  readonly path: string;
  readonly shorten: (value: unknown) => unknown;
  /** Whether it can be left out of the entry of a change. */
  readonly ofChanges?: true;
}

const none = () => [];
const nothing = () => null;
const first = (value: unknown) => (Array.isArray(value) ? value.slice(0, 5) : value);

/** Left out first, the largest first. */
const details: readonly OptionalPart[] = [
  {
    path: 'decision.slice',
    shorten: () => ({ cluster: null, namespace: null, services: [], timeZone: 'UTC' }),
    ofChanges: true,
  },
  { path: 'decision.violations', shorten: first, ofChanges: true },
  { path: 'principal.groups', shorten: none, ofChanges: true },
  { path: 'actor.groups', shorten: none, ofChanges: true },
  { path: 'before.tags', shorten: none },
  { path: 'before.policy', shorten: nothing },
  { path: 'request.tags', shorten: none },
  { path: 'request.policy', shorten: nothing },
  { path: 'findings', shorten: first },
  { path: 'invalidInput', shorten: nothing },
];

/** Left out where details are not enough. */
const wholes: readonly OptionalPart[] = [
  { path: 'before', shorten: nothing },
  { path: 'request', shorten: nothing },
  { path: 'reason', shorten: (value) => cut(String(value), maxShortReason) },
];

/**
 * The entry with at most the bytes that it may have. Where it has more, whole parts are left out, one after the other, and
 * named in `omitted` and in the message. Texts that callers or other systems choose freely are cut.
 */
export function boundedEntry(entry: AuditEntry): AuditEntry {
  let bounded: AuditEntry = {
    ...entry,
    userAgent: entry.userAgent === null ? null : cut(entry.userAgent, maxUserAgent),
    message: entry.message === null ? null : cut(entry.message, maxMessage),
  };
  if (bytesOf(bounded) <= maxBytesOf(entry)) return bounded;
  for (const part of [...largestFirst(details, entry), ...wholes]) {
    if (bytesOf(bounded) <= maxBytesOf(entry)) break;
    if (entry.fence === null || part.ofChanges) bounded = leaveOut(bounded, part);
  }
  return bounded;
}

function largestFirst(parts: readonly OptionalPart[], entry: AuditEntry): OptionalPart[] {
  const sizes = new Map(parts.map(({ path }) => [path, JSON.stringify(valueAt(entry, path) ?? null).length]));
  return parts.toSorted((one, other) => (sizes.get(other.path) ?? 0) - (sizes.get(one.path) ?? 0));
}

/** The value at a path; undefined if there is none. */
function valueAt(entry: AuditEntry, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
      entry,
    );
}

function cut(text: string, limit: number): string {
  // Without half a character at the end.
  return text.length > limit ? `${text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}

function leaveOut(entry: AuditEntry, { path, shorten }: OptionalPart): AuditEntry {
  const value = valueAt(entry, path);
  if (value === undefined || value === null) return entry;
  const shortened = shorten(value);
  // What is short already is not named as left out.
  if (JSON.stringify(shortened) === JSON.stringify(value)) return entry;
  const [name = '', field] = path.split('.');
  if (field === undefined) return withOmitted(entry, path, { [name]: shortened });
  return withOmitted(entry, path, { [name]: { ...(valueAt(entry, name) as object), [field]: shortened } });
}

function withOmitted(entry: AuditEntry, path: string, shortened: object): AuditEntry {
  // A whole part includes those that were left out of it before.
  const omitted = [...entry.omitted.filter((part) => !part.startsWith(`${path}.`)), path];
  const message = `${(entry.message ?? '').replace(omittedNote, '')} ${noteOf(omitted)}`.trim();
  // Each part keeps its type.
  return { ...entry, ...shortened, omitted, message };
}

/** Readers of the message alone must not take an empty list for the fact. */
const noteOf = (omitted: readonly string[]) => `[Left out of this entry for its size: ${omitted.join(', ')}.]`;
const omittedNote = / ?\[Left out of this entry for its size: [^\]]*\]$/;

/** The size of an entry as JSON in UTF-8. */
export function bytesOf(entry: AuditEntry): number {
  return Buffer.byteLength(JSON.stringify(entry));
}
