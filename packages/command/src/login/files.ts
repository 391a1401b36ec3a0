import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { GeneralError } from '../aws/errors.ts';
import { shellQuoted } from './shell.ts';

/** More than the logins of a person need. */
const maxBytes = 1_048_576;

/** Room for what a change adds: new tokens. */
const growthBytes = 65_536;

/**
 * The content of a private file; null where there is none, as in the home of another user, which
 * containers may have.
 *
 * @throws {@link GeneralError} if others can read or replace the file, or it can't be read
 */
export function readPrivate(file: string): string | null {
  const found = statOf(file);
  if (found === null) return null;
  checkFolder(dirname(file));
  if (!found.isFile()) throw new GeneralError(`${shown(file)} is not a file.`);
  checkOwner(file, found);
  if (hasModes && (found.mode & 0o077) !== 0) {
    const mode = (found.mode & 0o777).toString(8);
    throw new GeneralError(
      `Permissions 0${mode} for ${shown(file)} are too open: others can read your tokens, which are not used. Run: chmod 600 ${shellQuoted(file)}`,
    );
  }
  if (found.size > maxBytes) throw new GeneralError(`${shown(file)} is larger than 1 MiB.`);
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new GeneralError(`The logins can't be read: ${(error as Error).message}`);
  }
}

/**
 * Makes the folder of a private file, unless it is there.
 *
 * @throws {@link GeneralError} if others may write to it
 */
export function makePrivateFolder(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw keepError(error);
  }
  checkFolder(folder);
}

/** Others who may write to the folder could replace the file, and the issuer in it. */
function checkFolder(folder: string): void {
  const found = statOf(folder);
  if (found === null) return;
  checkOwner(folder, found);
  if (hasModes && (found.mode & 0o022) !== 0) {
    const mode = (found.mode & 0o777).toString(8);
    throw new GeneralError(
      `Permissions 0${mode} for the folder ${shown(folder)} are too open: others can replace your logins, which are not used. Run: chmod 700 ${shellQuoted(folder)}`,
    );
  }
}

function checkOwner(path: string, { uid }: fs.Stats): void {
  const mine = process.getuid?.();
  if (mine === undefined || uid === mine) return;
  throw new GeneralError(
    `${shown(path)} belongs to user ${uid}, and this command runs as user ${mine}: its logins are not used. Run the command as its owner, or set XDG_CONFIG_HOME to a folder of your own.`,
  );
}

const hasModes = process.platform !== 'win32';

function statOf(path: string): fs.Stats | null {
  try {
    return fs.statSync(path);
  } catch {
    return null;
  }
}

/** A file beside another one, with room on the disk. It takes its place at once, or never. */
export interface Draft {
  /** @throws {@link GeneralError} if the content can't be stored */
  readonly commit: (content: string) => void;
  readonly discard: () => void;
}

/**
 * Reserves the room for a new content of a file. Drafts of commands that were killed are removed:
 * the caller holds the lock of the file.
 *
 * @throws {@link GeneralError} without room, or rights, for it
 */
export function openDraft(file: string): Draft {
  const draft = `${file}.${randomUUID()}`;
  const discard = () => fs.rmSync(draft, { force: true });
  try {
    removeDrafts(file);
    const room = Buffer.alloc((statOf(file)?.size ?? 0) + growthBytes);
    fs.writeFileSync(draft, room, { mode: 0o600, flag: 'wx', flush: true });
  } catch (error) {
    discard();
    throw keepError(error);
  }
  const commit = (content: string) => {
    try {
      replaceContent(draft, content);
      fs.renameSync(draft, file);
    } catch (error) {
      discard();
      throw keepError(error);
    }
    flushFolder(dirname(file));
  };
  return { commit, discard };
}

/** Writes into the room of a file, and then shortens it. */
function replaceContent(file: string, content: string): void {
  const descriptor = fs.openSync(file, 'r+');
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length; at += fs.writeSync(descriptor, bytes, at, bytes.length - at, at));
    fs.ftruncateSync(descriptor, bytes.length);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** So that the new name outlasts a power failure; not every system can do that. */
function flushFolder(folder: string): void {
  try {
    const descriptor = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    // The content is stored already.
  }
}

function removeDrafts(file: string): void {
  const folder = dirname(file);
  const prefix = `${basename(file)}.`;
  const isDraft = (name: string) => name.startsWith(prefix) && /^[\da-f-]{36}$/.test(name.slice(prefix.length));
  for (const name of fs.readdirSync(folder).filter(isDraft)) fs.rmSync(join(folder, name), { force: true });
}

function keepError(error: unknown): GeneralError {
  return new GeneralError(`The login can't be kept: ${(error as Error).message}`);
}

/** A path in a message, also with characters that a terminal would obey. */
function shown(path: string): string {
  return JSON.stringify(path);
}
