import { join } from 'node:path';
import type { SettingsReader } from '../../src/app/environment.ts';
import { parseVkey } from '../../src/checkpoints/note.ts';
import type { VerifierKey } from '../../src/checkpoints/note.ts';
import { localFolder, readLedgerSettings } from './settings.ts';

/** Where the log of the trail is, and which keys sign it, for all commands of this machine. */
export interface LogSettings {
  /** Bucket of a deployment; null: the folder. */
  readonly bucket: string | null;
  /** Folder of the log. */
  readonly folder: string;
  readonly region: string;
  /** Null: the endpoint of S3 in the region. */
  readonly s3Endpoint: string | null;
  readonly keys: readonly VerifierKey[];
  /** Folder of the key of `npm start`. */
  readonly keyFolder: string;
}

/** Folder of the log of `npm start`, within its folder. */
export const logFolder = 'checkpoints';

/** Name of the log of `npm start`, and of its key. */
export const localOrigin = 'pod-identity-gateway.local/trail';

/** Reads where the log is. */
export function readLogSettings(reader: SettingsReader): LogSettings {
  const { region } = readLedgerSettings(reader);
  const keyFolder = localFolder(reader);
  const vkeys = reader
    .text('CHECKPOINT_KEYS', '')
    .split(/[\s,]+/)
    .filter(Boolean);
  const keys = vkeys.flatMap((vkey) => {
    const key = parseVkey(vkey);
    if (key === null) reader.problem(`CHECKPOINT_KEYS has ${vkey}, which is not a verifier key: NAME+ID+KEY.`);
    return key ?? [];
  });
  const bucket = reader.text('CHECKPOINT_BUCKET', '');
  const folder = reader.text('CHECKPOINT_FOLDER', join(keyFolder, logFolder));
  const s3Endpoint = reader.url('AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:9000');
  return { bucket: bucket === '' ? null : bucket, folder, region, s3Endpoint, keys, keyFolder };
}
