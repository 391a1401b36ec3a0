import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { SettingsReader } from '../../../../src/app/environment.ts';

/** The JSON of a world, not parsed: commands that need no world do not load its rules. */
export interface WorldText {
  /** Of its file, for messages. */
  readonly name: string;
  readonly text: string;
}

/** Reads the file in WORLD_FILE; null where it is not set. */
export function readWorldText(reader: SettingsReader): WorldText | null {
  const file = reader.text('WORLD_FILE', '');
  if (file === '') return null;
  try {
    return { name: basename(file), text: readFileSync(file, 'utf8') };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    reader.problem(`WORLD_FILE is ${file}, which can't be read: ${reason}.`);
    return null;
  }
}
