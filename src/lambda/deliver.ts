import { makeDeliverHandler } from '../app/deliver-handler.ts';
import { readDeliverSettings } from '../app/event-settings.ts';
import { eventBridgeClient, eventBusTarget, webhookTarget } from '../app/event-target.ts';
import { metricsIn } from '../app/metrics.ts';
import { lineContext } from '../app/trace.ts';
import { findDisabled } from '../events/watch.ts';
import { ledgerOn, makeDynamoDbLedger } from '../ledger/dynamodb/ledger.ts';
import { clientUntil, clientWithin, openDynamoDb, sharedCallMs } from '../ledger/dynamodb/client.ts';
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

/**
 * The functions that read the stream of the audit table: one sends to EventBridge and reports
 * tampering, one to the webhook.
 */
export const handler = makeDeliverHandler({
  ledger: makeDynamoDbLedger({ client: dynamoDb, ...tables }),
  storesUntil: (deadline) => ({ ledger: ledgerOn({ client: clientUntil(opened, deadline), ...tables }) }),
  target,
  denialShare,
  log,
  clock: Date.now,
  findDisabled: () => findDisabled({ dynamoDb, eventBridge, auditTable: tables.auditTable, rules }),
});
