import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import type { Context as LambdaContext } from 'aws-lambda';
import { readBaseline } from './baseline/facts.ts';
import { makeBaseline } from './baseline/handler.ts';
import { createBaselineTables } from './baseline/tables.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { createDocument } from '../support/documents.ts';
import type { Payload } from '../support/documents.ts';
import { home, input, openSimulator } from '../support/gateway.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { dynamoDbClient, dynamoDbEndpoint } from '../support/ledgers.ts';

const policies = loadPolicy(join(import.meta.dirname, '..', '..', 'policies'));
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const lambda = { getRemainingTimeInMillis: () => 30_000 } as LambdaContext;
const serviceAccount = `${input.clusterName}/${input.namespace}/${input.serviceAccount}`;

/** Opens a baseline with its own tables and simulated EKS. */
export async function openBaseline() {
  const client = dynamoDbClient();
  const id = randomUUID();
  const tables = { idempotency: `idempotency-${id}`, audit: `baseline-audit-${id}` };
  await createBaselineTables(client, tables);
  const simulator = await openSimulator();
  const logged: string[] = [];
  const open = (endpoint = dynamoDbEndpoint ?? '') =>
    makeBaseline({
      eks: { endpoint: simulator.url, credentials },
      dynamoDb: { endpoint, credentials, region: 'us-east-1' },
      ...{ tables, policies, home },
      log: (_, message) => logged.push(message),
    });
  const baseline = open();
  const send = async (document: string, fields: object, as = 'alice', by = baseline) => {
    const answered = await by.handler(await jwtEvent(as, document, { input: fields }), lambda);
    return JSON.parse(answered.body ?? '') as { data: Record<string, Payload> | null; errors?: readonly unknown[] };
  };
  const payloadOf = async (document: string, fields: object, as = 'alice', by = baseline): Promise<Payload> => {
    const { data, errors } = await send(document, fields, as, by);
    const payload = Object.values(data ?? {})[0];
    if (!payload || errors) throw new Error(JSON.stringify(errors));
    return payload;
  };
  const create = (fields: object = {}, as = 'alice', by = baseline) =>
    payloadOf(createDocument, { ...input, ...fields }, as, by);
  const change = (document: string, fields: object) =>
    payloadOf(document, { clusterName: input.clusterName, ...fields });
  const facts = () => readBaseline(client, tables, { serviceAccount });
  const events = async () => (await facts()).entries.map(({ event }) => event);
  const close = async () => {
    await baseline.close();
    await simulator.close();
    for (const TableName of Object.values(tables)) await client.send(new DeleteTableCommand({ TableName }));
    client.destroy();
  };
  const sent = () => simulator.control.requests('CreatePodIdentityAssociation').length;
  return { simulator, logged, open, send, create, change, facts, events, sent, close };
}
