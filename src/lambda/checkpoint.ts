import { randomBytes } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { makeCheckpointHandler } from '../app/checkpoint-handler.ts';
import { readCheckpointSettings } from '../app/checkpoint-settings.ts';
import { metricsIn } from '../app/metrics.ts';
import { lineContext } from '../app/trace.ts';
import { makeKmsSigner } from '../checkpoints/kms-signer.ts';
import { makeS3Storage } from '../checkpoints/s3-storage.ts';
import { checkpointKey } from '../ledger/checkpoint-store.ts';
import { dynamoDbSingleItems } from '../ledger/dynamodb/items.ts';
import { storedCheckpoints } from '../ledger/stored/checkpoints.ts';
import { clientUntil, openDynamoDb } from '../ledger/dynamodb/client.ts';
import { makeClockCheck } from '../runtime/clock-check.ts';
import { makeLog } from '../runtime/log.ts';

const { region, bucket, keyId, origin, clockErrorMs, metricsNamespace, ...tables } = readCheckpointSettings();
const log = makeLog((line) => process.stdout.write(line), {
  metricsOf: metricsIn(metricsNamespace),
  context: () => lineContext(),
});
const clockCheck = makeClockCheck({ clock: Date.now, clockErrorMs, log });
const { idempotencyTable } = tables;
const client = openDynamoDb({ region }, { check: clockCheck, idempotencyTable, readableKey: checkpointKey });
/** An answer that takes longer is not worth waiting for: the call is repeated. Milliseconds. */
const requestHandler = { connectionTimeout: 2_000, requestTimeout: 10_000 };
const s3 = new S3Client({ region, requestHandler });
const signer = makeKmsSigner(new KMSClient({ region, requestHandler }), keyId, origin);

/** The scheduled function that takes new entries of the trail into its signed log. */
export const handler = makeCheckpointHandler(
  {
    sendersUntil: (deadline) => ({
      store: storedCheckpoints(dynamoDbSingleItems({ client: clientUntil(client, deadline), ...tables })),
      storage: makeS3Storage(s3, bucket, deadline),
      signer: () => signer(deadline),
    }),
    origin,
    clock: Date.now,
    clockCheck,
    nonce: () => randomBytes(16),
  },
  log,
);
