import { isUtf8 } from 'node:buffer';
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, UsageError } from '../aws/errors.ts';
import type { Problem, Source } from './located.ts';

/** Texts, and what is wrong with files that have none. */
export interface ReadSources {
  readonly sources: readonly Source[];
  /** What `fileId` returns for the files. */
  readonly ids: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** Standard input; undefined in a program without one. */
export type Input = (() => AsyncIterable<Uint8Array>) | undefined;

/** As many bytes as a file can have: reading one takes about 100 times its size in memory. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Reads the texts of files, of the declarations in folders, and of standard input for `-`, in their
 * order. In a folder these are `*.yaml`, `*.yml` and `*.json`, sorted by name.
 *
 * @throws {@link CommandError} if reading standard input is interrupted
 */
export async function readSources(given: readonly string[], input: Input): Promise<ReadSources> {
  const sources: Source[] = [];
  const problems: Problem[] = [];
  const ids = new Set<string>();
  for (const path of given.flatMap((one) => filesOf(one, problems))) {
    const file = path === '-' ? '<stdin>' : path;
    try {
      const id = path === '-' ? path : fileId(path);
      if (ids.has(id)) problems.push(ofFile(file, 'The file is given twice.'));
      else {
        const bytes = await readBytes(streamOf(path, input));
        const problem = textProblem(file, bytes);
        if (problem === null) sources.push({ file, text: new TextDecoder().decode(bytes) });
        else problems.push(problem);
      }
      ids.add(id);
    } catch (error) {
      if (error instanceof Error && error.cause instanceof CommandError) throw error.cause;
      problems.push(unreadable(file, error));
    }
  }
  return { sources, ids, problems };
}

/** What identifies a file by all of its names. Throws an error of the file system. */
export function fileId(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}/${ino}`;
}

/**
 * Checks that a command does not write a file that it reads, by whatever name.
 *
 * @param option the option with the path of the file to write, for the message
 * @param ids what {@link fileId} returns for the files that are read
 * @throws {@link UsageError}
 */
export function checkOutput(option: string, path: string, ids: ReadonlySet<string>): void {
  if (!existsSync(path) || !ids.has(fileId(path))) return;
  throw new UsageError(`${option}: ${path} is read by this command, and would be replaced. Give another file.`);
}

/** A path, or the declarations in its folder. */
function filesOf(path: string, problems: Problem[]): readonly string[] {
  try {
    if (path === '-' || !statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) =>
      /^[^.].*\.(yaml|yml|json)$/.test(name),
    );
    if (entries.length === 0) problems.push(ofFile(path, 'The folder has no *.yaml, *.yml or *.json files.'));
    // What is left out in silence would be deleted by --prune.
    const others = entries.filter((entry) => !entry.isFile());
    problems.push(...others.map((entry) => ofFile(join(path, entry.name), otherFileMessage(entry.isSymbolicLink()))));
    const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    return names.sort().map((name) => join(path, name));
  } catch (error) {
    problems.push(unreadable(path, error));
    return [];
  }
}

function otherFileMessage(isLink: boolean): string {
  if (isLink) return 'Symbolic links in a folder are not followed: give it by --file, or take it away.';
  return 'This is not a file: give it by --file, or rename it.';
}

function streamOf(path: string, input: Input): AsyncIterable<Uint8Array> {
  if (path !== '-') return createReadStream(path) as AsyncIterable<Uint8Array>;
  if (!input) throw new Error('This program has no standard input.');
  return input();
}

async function readBytes(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) throw new Error('It is larger than 16 MiB. Split it into several files.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Why bytes are not a text; null if they are one. */
function textProblem(file: string, bytes: Buffer): Problem | null {
  const [first = 0, second = 0] = bytes;
  if (first + second === 0xff + 0xfe)
    return { ...placeOf(file, bytes, 0), message: 'The file is UTF-16: save it as UTF-8.' };
  const nul = bytes.indexOf(0);
  if (nul !== -1) return { ...placeOf(file, bytes, nul), message: 'The file is binary: it has a NUL byte.' };
  if (isUtf8(bytes)) return null;
  return {
    ...placeOf(file, bytes, invalidOffset(bytes)),
    message: 'The file is not UTF-8 from here on: save it as UTF-8.',
  };
}

/** Where the first bytes are that are not UTF-8. */
function invalidOffset(bytes: Buffer): number {
  let start = 0;
  for (let end = bytes.indexOf('\n'); end !== -1 && isUtf8(bytes.subarray(start, end));) {
    start = end + 1;
    end = bytes.indexOf('\n', start);
  }
  const [valid = ''] = bytes.subarray(start).toString('utf8').split('\ufffd', 1);
  return start + Buffer.byteLength(valid);
}

function placeOf(file: string, bytes: Buffer, offset: number) {
  const before = bytes
    .subarray(0, offset)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  const lines = before.split('\n');
  return { file, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** A problem of a file as a whole. */
function ofFile(file: string, message: string): Problem {
  return { file, line: 0, column: 0, message };
}

function unreadable(file: string, error: unknown): Problem {
  return ofFile(file, `The file can't be read: ${error instanceof Error ? error.message : String(error)}`);
}
