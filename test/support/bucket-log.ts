import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { checkpoint } from '../../src/checkpoints/checkpoint.ts';
import type { CheckpointPorts } from '../../src/checkpoints/ports.ts';
import { makeKmsSigner } from '../../src/checkpoints/kms-signer.ts';
import { vkeyOf } from '../../src/checkpoints/note.ts';
import { makeS3Storage } from '../../src/checkpoints/s3-storage.ts';
import { makeDeadline } from '../../src/runtime/deadline.ts';
import type { CheckpointStore } from '../../src/ledger/checkpoint-store.ts';
import { openLog } from './checkpoint-log.ts';
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
  const deps: CheckpointPorts = { ...local, storage, signer: () => signer(makeDeadline(Infinity, Date.now)) };
  return {
    ...{ ...servers, storage, deps, clock },
    run: (changed: Partial<CheckpointPorts> = {}) => checkpoint({ ...deps, ...changed }, Infinity),
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
