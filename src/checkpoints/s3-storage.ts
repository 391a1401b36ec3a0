import {
  GetObjectCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { latestCheckpoint } from './storage.ts';
import type { LogStorage } from './storage.ts';

/** How often a put is repeated while another one of the same object runs. */
const mostAttempts = 5;

/**
 * A log in a bucket. An object that S3 says exists already is not written: `If-None-Match`. With Object Lock, versions of objects can't be
 * deleted or replaced; the checksums that S3 requires for that are those of the SDK.
 */
export function makeS3Storage(client: S3Client, Bucket: string): LogStorage {
  const put = (Key: string, Body: Uint8Array) => ({ Bucket, Key, Body, ContentType: contentType(Key) });
  return {
    async putIfAbsent(name, bytes) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await client.send(new PutObjectCommand({ ...put(name, bytes), IfNoneMatch: '*' }));
          return true;
        } catch (error) {
          if (statusOf(error) === 412) return false;
          // 409: another put of the object runs.
          if (statusOf(error) !== 409 || attempt === mostAttempts) throw error;
        }
      }
    },
    async putLatest(bytes) {
      await client.send(new PutObjectCommand(put(latestCheckpoint, bytes)));
    },
    async get(Key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return Body === undefined ? null : Buffer.from(await Body.transformToByteArray());
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    async *list(Prefix) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
        yield* Contents.map(({ Key = '' }) => Key);
      }
    },
  };
}

function contentType(name: string): string {
  if (name.endsWith('.ndjson')) return 'application/x-ndjson';
  return name.startsWith('tile/') ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
