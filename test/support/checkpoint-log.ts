import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { checkpoint } from '../../src/checkpoints/checkpoint.ts';
import type { CheckpointDependencies } from '../../src/checkpoints/dependencies.ts';
import { makeKmsSigner } from '../../src/checkpoints/kms-signer.ts';
import { vkeyOf } from '../../src/checkpoints/note.ts';
import { makeS3Storage } from '../../src/checkpoints/s3-storage.ts';
import type { CheckpointStore } from '../../src/ledger/checkpoint-store.ts';
import { makeDeadline } from '../../src/runtime/deadline.ts';
import { loadCheckpointKey } from '../../tools/ledger/checkpoint-key.ts';
import { makeFolderStorage } from '../../tools/ledger/folder-storage.ts';
import { now } from './ledger-samples.ts';
import { startLogServers } from './log-servers.ts';

/** The log of a ledger in a bucket with versions, signed by a key in KMS. The clock stands still until it is set. */
export async function openBucketLog(store: CheckpointStore) {
  const servers = await startLogServers();
  const { deps: local, clock, close: closeLocal } = openLog(store);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = { endpoint: servers.endpoint, region: 'eu-central-1', credentials };
  const [s3, kms] = [new S3Client({ ...client, forcePathStyle: true }), new KMSClient(client)];
  const storage = makeS3Storage(s3, 'log');
  const signer = makeKmsSigner(kms, 'key', local.origin);
  const deps: CheckpointDependencies = { ...local, storage, signer: () => signer(makeDeadline(Infinity, Date.now)) };
  return {
    ...{ ...servers, storage, deps, clock },
    run: (changed: Partial<CheckpointDependencies> = {}) => checkpoint({ ...deps, ...changed }, Infinity),
    /** The variables with which commands verify the log. */
    env: async () => ({
      ...{ CHECKPOINT_BUCKET: 'log', AWS_ENDPOINT_URL_S3: servers.endpoint, AWS_REGION: 'eu-central-1' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      CHECKPOINT_KEYS: vkeyOf((await deps.signer()).key),
    }),
    close: async () => {
      closeLocal();
      s3.destroy();
      kms.destroy();
      await servers.close();
    },
  };
}

/** The log of a ledger, in a folder of its own with a key of its own. The clock stands still until it is set. */
export function openLog(store: CheckpointStore) {
  const folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
  const origin = 'gateway.example/trail';
  const clock = { now };
  let loaded: ReturnType<typeof loadCheckpointKey> | undefined;
  const key = () => (loaded ??= loadCheckpointKey(folder, origin));
  const storage = makeFolderStorage(join(folder, 'log'));
  const deps: CheckpointDependencies = {
    ...{ store, storage, origin },
    signer: key,
    clock: () => clock.now,
    nonce: () => randomBytes(16),
  };
  return {
    ...{ folder: join(folder, 'log'), keyFolder: folder, storage, deps, clock, key },
    run: (changed: Partial<CheckpointDependencies> = {}) => checkpoint({ ...deps, ...changed }, Infinity),
    close: () => rmSync(folder, { recursive: true }),
  };
}

/** A log as it is in its folder, read by code that shares nothing with the gateway's. */
export async function readLog(folder: string) {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const checkpoints = await Promise.all(
    names
      .filter((name) => /^checkpoints\/\d+$/.test(name))
      .sort()
      .map(async (name) => (await readFile(join(folder, name), 'utf8')).split('\n')),
  );
  const size = Number(checkpoints.at(-1)?.[1] ?? 0);
  const leaves: Buffer[] = [];
  for (let tile = 0; tile * 256 < size; tile += 1) {
    const width = Math.min(256, size - tile * 256);
    const name = `tile/entries/${String(tile).padStart(3, '0')}${width === 256 ? '' : `.p/${width}`}`;
    const bundle = await readFile(join(folder, name));
    for (let at = 0; at < bundle.length; at += 2 + bundle.readUInt16BE(at)) {
      leaves.push(bundle.subarray(at + 2, at + 2 + bundle.readUInt16BE(at)));
    }
  }
  const ids = leaves.map((leaf) => (JSON.parse(leaf.toString()) as { id: string }).id);
  return { checkpoints: checkpoints.map(([, count, root]) => ({ size: Number(count), root })), leaves, ids };
}

/** What is wrong with a log: invariants of every log, in the words of RFC 6962. */
export async function problemsOfLog(folder: string, entryIds: readonly string[]): Promise<string[]> {
  const { checkpoints, leaves, ids } = await readLog(folder);
  const size = checkpoints.at(-1)?.size ?? 0;
  const missing = entryIds.filter((id) => !ids.includes(id));
  return [
    ...(leaves.length === size ? [] : [`the log has ${leaves.length} leaves, its checkpoint ${size}`]),
    ...(new Set(ids).size === ids.length ? [] : ['an entry is in it twice']),
    ...(missing.length === 0 ? [] : [`entries are not in it: ${missing.join(', ')}`]),
    ...checkpoints
      .filter((one) => one.root !== treeHash(leaves.slice(0, one.size)).toString('base64'))
      .map((one) => `the checkpoint of size ${one.size} has another root`),
  ];
}

/** MTH of RFC 6962, section 2.1, as it is written there. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return createHash('sha256').update(Buffer.of(0)).update(first).digest();
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split))];
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}
