import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { makeDependencies } from '../../src/app/compose.ts';
import { makeExpireHandler } from '../../src/app/expire-handler.ts';
import { makeGatewayHandler } from '../../src/app/gateway-handler.ts';
import { makeReconcileHandler } from '../../src/app/reconcile-handler.ts';
import { makeScanHandler } from '../../src/app/scan-handler.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import type { Times } from '../../src/idempotency/times.ts';
import { dynamoDbItems } from '../../src/ledger/dynamodb/items.ts';
import { storedApprovals } from '../../src/ledger/stored/approvals.ts';
import { storedAssociationReads } from '../../src/ledger/stored/association-reads.ts';
import { openDynamoDb } from '../../src/ledger/dynamodb/client.ts';
import { storedObservations } from '../../src/ledger/stored/observations.ts';
import { storedRepairs } from '../../src/ledger/stored/repairs.ts';
import { makeDynamoDbLedger } from '../../src/ledger/dynamodb/ledger.ts';
import type { TableNames } from '../../src/ledger/dynamodb/tables.ts';
import type { AssociationTarget, ClusterRef } from '../../src/model/association.ts';
import { loadCompiledPolicy } from '../../src/policy/load.ts';
import { versionOf } from '../../src/policy-versions/item.ts';
import { defaultApprovalLimits } from '../../src/operations/terms/dependencies.ts';
import { defaultExpireSettings } from '../../src/operations/expiry/run.ts';

/** What a version of the gateway runs with. */
export interface VersionSettings {
  /** Endpoints of DynamoDB and of EKS. */
  readonly dynamoDb: string;
  readonly eks: string;
  readonly tables: TableNames;
  /** Folder of the policies that a build compiled, with their inventory. */
  readonly policies: string;
  readonly times: Times;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

const home = { accountId: '111122223333', region: 'eu-central-1' };
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const unlimited = { burst: 1, perSecond: 0 };

/** A function's time, and the name of its run. */
const lambda = { awsRequestId: 'run', getRemainingTimeInMillis: () => 30_000 } as Context;

/** Whose tokens the API has verified. */
const issuers = [{ issuer: 'https://issuer.example', audiences: ['pod-identity-gateway'], keys: null }];

/** Events of an API on this machine. */
const eventSource = { apiId: 'local', accountId: home.accountId, stage: '$default', acceptsIam: false };

/**
 * A version of the gateway and its ledger in DynamoDB: this one, or the one that `tools/baseline.ts` built for a release. Tests of later
 * versions call the built ones, so only add to what this takes and gives.
 */
export function openVersion({ dynamoDb, eks, tables, policies, times, clock }: VersionSettings) {
  const client = openDynamoDb({ endpoint: dynamoDb, credentials, region: 'us-east-1' });
  const stores = { client, ...tables };
  const ledger = makeDynamoDbLedger(stores);
  const observations = storedObservations(dynamoDbItems(stores));
  const approvals = storedApprovals(dynamoDbItems(stores));
  const associations = storedAssociationReads(dynamoDbItems(stores));
  const deps = makeDependencies({
    ...{ ledger, approvals, associations, home, times, clock },
    policy: loadCompiledPolicy(policies),
    approvalLimits: { ...defaultApprovalLimits, maxPending: 100 },
    describeLimits: { describeConcurrency: 100, describesPerSecond: 1_000 },
    requestLimits: unlimited,
    recordTrailReads: false,
    preflight: 'checks',
    preflightRoles: false,
    deployed: { version: 'test', deployedAt: null, pageUrl: null },
    log: () => undefined,
    eks: { endpoint: eks, credentials },
  });
  const current = () => Promise.resolve(deps);
  const handle = makeGatewayHandler(deps, { tokens: defaultTokenSettings, issuers, eventSource });
  const reconcile = makeReconcileHandler(current, storedRepairs(dynamoDbItems(stores)));
  const scan = makeScanHandler(current, observations, { intervalMs: 1, maxAgeMs: 1, readsPerSecond: 1_000 });
  const manyExpiries = { ...defaultExpireSettings, burstAbove: 1_000, maxPerSetter: 1_000 };
  const expire = makeExpireHandler(current, { observations, approvals }, manyExpiries);
  return {
    /** Answers an event of `POST /graphql`. */
    handle: (event: APIGatewayProxyEventV2) => handle(event, lambda),
    /** One run each of the scheduled functions. */
    reconcile: () => reconcile({}, lambda),
    scan: () => scan({}, lambda),
    expire: () => expire({}, lambda),
    /** What it reads of each kind of item. */
    read: {
      record: (key: string) => ledger.getRecord(key),
      entry: (key: { readonly operationId: string; readonly entryId: string }) => ledger.getEntry(key),
      claim: (operationId: string) => ledger.findClaimOfCreated(operationId),
      locks: () => ledger.getLocks(),
      cursorKeys: () => ledger.getCursorKeys(),
      accountReads: (...next: Parameters<typeof observations.putAccountReads>) => observations.putAccountReads(...next),
      state: (target: AssociationTarget) => observations.getAssociationState(target),
      versions: (target: AssociationTarget) => associations.readVersions(target, { from: '' }, 100),
      scan: (cluster: ClusterRef) => ledger.getClusterScan(cluster),
      approval: (key: string) => approvals.getApproval(key),
      policyVersion: versionOf,
    },
    close: () => client.destroy(),
  };
}
