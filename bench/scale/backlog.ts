import { randomUUID } from 'node:crypto';
import { startEksSimulator, readWorld } from '#eks-simulator';
import { createDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import { createTables } from '../../src/ledger/tables.ts';
import { operationTagKey } from '../../src/model/association.ts';
import { reconcile } from '../../src/operations/reconcile.ts';
import { openGateway } from '../../test/support/gateway.ts';
import { localClient, meteredClient } from '../capacity.ts';
import { startDelay } from '../delay.ts';
import { writeAbandoned } from '../open-operations.ts';

/** How one run of the reconciler examined a backlog. */
export interface MeasuredBacklog {
  readonly operations: number;
  readonly closed: number;
  readonly seconds: number;
  readonly dynamoDbCalls: number;
  readonly eksCalls: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** How long answers wait: about as long as those of AWS. Milliseconds. */
const delays = { dynamoDb: 5, eks: 80 };

const hourMs = 3_600_000;
const place = { clusterName: 'apps-dev', namespace: 'payments' };
const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';

/**
 * Measures one run over creates that were abandoned an hour ago; EKS has carried out every second one.
 *
 * @param endpoint of DynamoDB Local
 */
export async function measureBacklog(endpoint: string, operations: number): Promise<MeasuredBacklog> {
  const simulator = await startEksSimulator({ world: readWorld(), maxAssociations: operations });
  const [eks, dynamoDb] = await Promise.all([
    startDelay(Number(new URL(simulator.url).port), delays.eks),
    startDelay(Number(new URL(endpoint).port), delays.dynamoDb),
  ]);
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const local = localClient(endpoint);
  await createTables(local, names);
  const direct = createDynamoDbLedger({ client: local, ...names });
  let spent = { dynamoDbCalls: 0, writeUnits: 0, readUnits: 0 };
  const client = await meteredClient(`http://127.0.0.1:${dynamoDb.port}`, names, {
    called: () => (spent = { ...spent, dynamoDbCalls: spent.dynamoDbCalls + 1 }),
    consumed: ({ kind, units }) => {
      const field = kind === 'read' ? 'readUnits' : 'writeUnits';
      spent = { ...spent, [field]: spent[field] + units };
    },
    writing: () => undefined,
  });
  const ledger = createDynamoDbLedger({ client, ...names });
  const gateway = await openGateway({ ledger, simulator: { ...simulator, url: `http://127.0.0.1:${eks.port}` } });
  for (let index = 0; index < operations; index += 1) {
    const target = { ...place, serviceAccount: `sa-${index}`, roleArn };
    const operationId = await writeAbandoned(direct, { ...target, startedAt: Date.now() - hourMs });
    if (index % 2 === 0) continue;
    simulator.control.createAssociation({ ...target, tags: { team: 'payments', [operationTagKey]: operationId } });
  }
  simulator.control.clearRequests();
  const startedAt = performance.now();
  const { closed } = await reconcile(gateway.deps, 'bench', Date.now() + hourMs);
  const seconds = (performance.now() - startedAt) / 1_000;
  const eksCalls = simulator.control.requests().length;
  await gateway.close();
  ledger.close();
  direct.close();
  eks.stop();
  dynamoDb.stop();
  await simulator.close();
  return { operations, closed, seconds, eksCalls, ...spent };
}
