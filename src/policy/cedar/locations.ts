import type { DetailedError } from './cedar.ts';

/** A policy of a file. */
export interface LocatedPolicy {
  readonly file: string;
  /** As it is in the file. */
  readonly text: string;
  /** Line of the file in which it begins, from 1. */
  readonly line: number;
}

/**
 * Where policies are in their file, in its order: Cedar returns their texts without positions, in
 * an order of its own.
 */
export function locate(file: string, content: string, policies: readonly string[]): readonly LocatedPolicy[] {
  // The longest first, each blanked out when found: a short policy can be equal to a part of a
  // longer one.
  let rest = content;
  const located = policies
    .toSorted((one, other) => other.length - one.length)
    .map((text) => {
      const start = Math.max(0, rest.indexOf(text));
      rest = `${rest.slice(0, start)}${'\0'.repeat(text.length)}${rest.slice(start + text.length)}`;
      return { file, text, line: lineCount(content.slice(0, start)), start };
    });
  return located.toSorted((one, other) => one.start - other.start).map(({ start: _, ...policy }) => policy);
}

/**
 * `<file>:<line>` of an error in a policy; the policy's own line when the error has no location.
 */
export function placeOf({ file, text, line }: LocatedPolicy, error: DetailedError | null): string {
  const within = error === null ? null : lineOf(text, error);
  return `${file}:${within === null ? line : line + within - 1}`;
}

/** The line of a text in which an error begins, from 1; null when the error has no location. */
export function lineOf(text: string, { sourceLocations }: DetailedError): number | null {
  const start = sourceLocations?.[0]?.start;
  // Cedar's offsets are in bytes.
  return start === undefined ? null : lineCount(Buffer.from(text, 'utf8').subarray(0, start).toString('utf8'));
}

function lineCount(text: string): number {
  return text.split('\n').length;
}
