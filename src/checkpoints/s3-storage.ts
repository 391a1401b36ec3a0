import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  NoSuchKey,
  paginateListObjectsV2,
  PutObjectCommand,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Deadline } from '../runtime/deadline.ts';
import { latestCheckpoint, LogConflict } from './storage.ts';
import type { LogStorage, ObjectVersion, ObjectVersions } from './storage.ts';

/** How often a put is repeated while another one of the same object runs. */
const mostAttempts = 5;

/**
 * A log in a bucket. An object that S3 says exists already is not written: `If-None-Match`. With
 * Object Lock, versions of objects can't be deleted or replaced; the checksums that S3 requires for
 * that are those of the SDK.
 *
 * @param abortSignal after it, nothing is sent. Default: none
 */
export function makeS3Storage(client: S3Client, Bucket: string, abortSignal?: Deadline): LogStorage {
  const options = abortSignal ? { abortSignal } : {};
  const put = (Key: string, Body: Uint8Array) => ({ Bucket, Key, Body, ContentType: contentType(Key) });
  return {
    async putIfAbsent(name, bytes) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await client.send(new PutObjectCommand({ ...put(name, bytes), IfNoneMatch: '*' }), options);
          return true;
        } catch (error) {
          if (statusOf(error) === 412) return false;
          // 409: another put of the object runs.
          if (statusOf(error) !== 409 || attempt === mostAttempts) throw error;
        }
      }
    },
    async putLatest(bytes) {
      await client.send(new PutObjectCommand(put(latestCheckpoint, bytes)), options);
    },
    async get(Key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }), options);
        return Body === undefined ? null : Buffer.from(await Body.transformToByteArray());
      } catch (error) {
        if (!(error instanceof NoSuchKey)) throw error;
        if (isHidden(error)) throw new LogConflict(Key, 'a delete marker hides it');
        return null;
      }
    },
    async *list(Prefix) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }, options)) {
        yield* Contents.map(({ Key = '' }) => Key);
      }
    },
    versions: objectVersions(client, Bucket, options),
  };
}

function objectVersions(
  client: S3Client,
  Bucket: string,
  options: { readonly abortSignal?: Deadline },
): ObjectVersions {
  return {
    async *list() {
      for (
        let next: Pick<ListObjectVersionsCommandInput, 'KeyMarker' | 'VersionIdMarker'> | null = {};
        next !== null;
      ) {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new ListObjectVersionsCommand({ Bucket, ...next }),
          options,
        );
        yield* versionsOf(page);
        const { IsTruncated, NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
        next = IsTruncated === true ? { KeyMarker, VersionIdMarker } : null;
      }
    },
    async get(Key, VersionId) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, VersionId }), options);
      return Body === undefined ? Buffer.alloc(0) : Buffer.from(await Body.transformToByteArray());
    },
  };
}

/** The versions and markers of a page, which S3 lists apart, by name. */
function versionsOf({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): ObjectVersion[] {
  const versions = [
    ...Versions.map((one) => ({ ...one, isMarker: false })),
    ...DeleteMarkers.map((one) => ({ ...one, isMarker: true })),
  ].map(({ Key = '', VersionId = '', isMarker }) => ({ name: Key, id: VersionId, isMarker }));
  return versions.sort((one, other) => Number(one.name > other.name) - Number(one.name < other.name));
}

/** Whether S3 says that a missing object has a delete marker ("GetObject" in its API reference). */
function isHidden({ $response }: NoSuchKey): boolean {
  return $response?.headers['x-amz-delete-marker'] === 'true';
}

function contentType(name: string): string {
  if (name.endsWith('.ndjson')) return 'application/x-ndjson';
  return name.startsWith('tile/') ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
