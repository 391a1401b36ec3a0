import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { GeneralError } from '../errors.ts';
import type { Environment } from '../parameter-file.ts';
import { IniError, parseIni } from './ini.ts';
import type { Section } from './ini.ts';
import { shellWords } from './shell-words.ts';

/** The config and credentials files of AWS, as the AWS CLI reads them. */
export interface SharedConfig {
  /** The profiles of both files; of an option in both, that of the credentials file. */
  readonly profiles: ReadonlyMap<string, Section>;
  readonly ssoSessions: ReadonlyMap<string, Section>;
  /** The profiles of the config file alone. */
  readonly ofConfig: ReadonlyMap<string, Section>;
  /** The sections of the credentials file alone. */
  readonly ofCredentials: ReadonlyMap<string, Section>;
}

/**
 * Reads the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, or `~/.aws/config` and
 * `~/.aws/credentials`. A file that does not exist or can't be read counts as empty.
 *
 * @throws {@link GeneralError} for a file that can't be parsed
 */
export function readSharedConfig(environment: Environment): SharedConfig {
  const config = readIniFile(environment.AWS_CONFIG_FILE ?? '~/.aws/config', environment);
  const ofCredentials = readIniFile(environment.AWS_SHARED_CREDENTIALS_FILE ?? '~/.aws/credentials', environment);
  const ofConfig = named(config, 'profile');
  const profiles = new Map(ofConfig);
  for (const [name, section] of ofCredentials) profiles.set(name, { ...profiles.get(name), ...section });
  return { profiles, ssoSessions: named(config, 'sso-session'), ofConfig, ofCredentials };
}

/**
 * The sections of a file; none where it does not exist or can't be read.
 *
 * @throws {@link GeneralError} if it can't be parsed
 */
export function readIniFile(file: string, environment: Environment): ReadonlyMap<string, Section> {
  const path = expanded(file, environment);
  try {
    return parseIni(decoded(readBytes(path)));
  } catch (error) {
    if (error instanceof IniError) throw new GeneralError(`Unable to parse config file: ${path}`);
    throw error;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new IniError('The file is not UTF-8 text.');
  }
}

/** A path with its variables and the home folder in it. */
export function expanded(path: string, environment: Environment): string {
  return path
    .replace(
      /\$(?:(\w+)|\{([^}]*)\})/g,
      (text, name?: string, braced?: string) => environment[name ?? braced ?? ''] ?? text,
    )
    .replace(/^~(?=\/|$)/, () => environment.HOME ?? homedir());
}

function readBytes(path: string): Uint8Array {
  try {
    // A device or a pipe is not read: it may never end.
    return statSync(path).isFile() ? readFileSync(path) : new Uint8Array();
  } catch {
    return new Uint8Array();
  }
}

/** The sections `[KIND NAME]` by their names; of profiles, `[default]` too. */
function named(sections: ReadonlyMap<string, Section>, kind: 'profile' | 'sso-session'): ReadonlyMap<string, Section> {
  const found = new Map<string, Section>();
  for (const [header, section] of sections) {
    if (header === 'default' && kind === 'profile') found.set(header, section);
    if (!header.startsWith(kind)) continue;
    const [, name, ...others] = wordsOf(header);
    if (name !== undefined && others.length === 0) found.set(name, section);
  }
  return found;
}

function wordsOf(header: string): readonly string[] {
  try {
    return shellWords(header);
  } catch {
    return [];
  }
}

/** The text of an option; undefined without it, and for an indented block. */
export function option(section: Section | undefined, name: string): string | undefined {
  const value = section && Object.hasOwn(section, name) ? section[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
