import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { makeDeliverHandler } from '../app/deliver-handler.ts';
import { readDeliverSettings } from '../app/event-settings.ts';
import { eventBridgeClient, eventBusTarget, webhookTarget } from '../app/event-target.ts';
import { metricsIn } from '../app/metrics.ts';
import { lineContext } from '../app/trace.ts';
import { findDisabled } from '../events/watch.ts';
import { clientUntil, clientWithin, openDynamoDb, sharedCallMs } from '../ledger/dynamodb/client.ts';
import { dynamoDbQueries } from '../ledger/dynamodb/items.ts';
import { checkTables } from '../ledger/dynamodb/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readTrail } from '../ledger/stored/trail.ts';
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
const opened = openDynamoDb({ region });
const dynamoDb = clientWithin(opened, sharedCallMs, Date.now);
checkTables(dynamoDb, tables);
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

/** All that it reads of the ledger. */
const trailOn = (client: DynamoDBClient): Pick<Ledger, 'readTrail'> => {
  const items = dynamoDbQueries({ client, ...tables });
  return { readTrail: (query) => readTrail(items, query) };
};

/**
 * The functions that read the stream of the audit table: one sends to EventBridge and reports
 * tampering, one to the webhook.
 */
export const handler = makeDeliverHandler({
  ledger: trailOn(dynamoDb),
  storesUntil: (deadline) => ({ ledger: trailOn(clientUntil(opened, deadline)) }),
  target,
  denialShare,
  log,
  clock: Date.now,
  findDisabled: () => findDisabled({ dynamoDb, eventBridge, auditTable: tables.auditTable, rules }),
});
