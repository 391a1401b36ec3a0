import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDeliverHandler } from '../app/deliver-handler.ts';
import { readDeliverSettings } from '../app/event-settings.ts';
import { eventBridgeClient, eventBusTarget, webhookTarget } from '../app/event-target.ts';
import { metricsIn } from '../app/metrics.ts';
import { lineContext } from '../app/trace.ts';
import { findDisabled } from '../events/watch.ts';
import { makeDynamoDbLedger } from '../ledger/dynamodb.ts';
import { dynamoDbClientDefaults } from '../ledger/dynamodb-request.ts';
import { makeLog } from '../runtime/log.ts';

const {
  region,
  eventBus,
  webhook,
  denialShare,
  metricsNamespace,
  watchedRules: rules,
  ...tables
} = readDeliverSettings();
const dynamoDb = new DynamoDBClient({ ...dynamoDbClientDefaults, region });
const eventBridge = eventBridgeClient(region);
const target = webhook
  ? webhookTarget(webhook, region)
  : eventBus === ''
    ? null
    : eventBusTarget(eventBridge, eventBus);
const log = makeLog((line) => process.stdout.write(line), {
  metricsOf: metricsIn(metricsNamespace),
  context: () => lineContext(),
});

/** The functions that read the stream of the audit table: one sends to EventBridge and reports tampering, one to the webhook. */
export const handler = makeDeliverHandler({
  ledger: makeDynamoDbLedger({ client: dynamoDb, ...tables }),
  ...{ target, denialShare, log, clock: Date.now },
  findDisabled: () => findDisabled({ dynamoDb, eventBridge, auditTable: tables.auditTable, rules }),
});
