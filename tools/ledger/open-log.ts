import { existsSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import type { VerifierKey } from '../../src/checkpoints/note.ts';
import { makeS3Storage } from '../../src/checkpoints/s3-storage.ts';
import type { LogStorage } from '../../src/checkpoints/storage.ts';
import { checkpointKeyFile, loadCheckpointKey } from './checkpoint-key.ts';
import { makeFolderStorage } from './folder-storage.ts';
import { localOrigin } from './log-settings.ts';
import type { LogSettings } from './log-settings.ts';

/** The storage of the settings. */
export function openLogStorage({ bucket, folder, region, s3Endpoint }: LogSettings): LogStorage {
  if (bucket === null) return makeFolderStorage(folder);
  // Another endpoint need not have a host name for each bucket.
  const other = s3Endpoint === null ? {} : { endpoint: s3Endpoint, forcePathStyle: true };
  return makeS3Storage(new S3Client({ region, ...other }), bucket);
}

/** The keys of the settings; without any, that of `npm start`, if it has one. */
export async function verifierKeys({ keys, keyFolder }: LogSettings): Promise<readonly VerifierKey[]> {
  if (keys.length > 0 || !existsSync(checkpointKeyFile(keyFolder))) return keys;
  return [(await loadCheckpointKey(keyFolder, localOrigin)).key];
}
