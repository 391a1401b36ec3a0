import { join } from 'node:path';
import { startEksSimulator, readWorld } from '#eks-simulator';
import { makeDependencies } from '../src/app/compose.ts';
import { makeGatewayHandler } from '../src/app/gateway-handler.ts';
import { defaultTokenSettings } from '../src/auth/claims.ts';
import { defaultTimes } from '../src/idempotency/times.ts';
import { bytesOf } from '../src/ledger/entry-size.ts';
import { auditIndexKeys } from '../src/ledger/stored/keys.ts';
import type { Ledger } from '../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../packages/sqlite-ledger/src/ledger.ts';
import { makeContext } from '../packages/local-gateway/src/http-api/context.ts';
import { localEventSource } from '../packages/local-gateway/src/http-api/http-api.ts';
import { audience, issuer } from '../packages/local-gateway/src/principals.ts';
import type { AuditEntry } from '../src/model/audit.ts';
import { loadPolicy } from '../src/policy/load.ts';
import { makeLog } from '../src/runtime/log.ts';
import { jwtEvent } from '../test/support/lambda-event.ts';
import { unitBytes } from './prices.ts';

/** What a request cost. */
interface Cost {
  readonly cpuMs: number;
  readonly eksCalls: number;
  /**
   * Records and entries that the ledger returned, with the one that a page reads beyond its end.
   */
  readonly rows: number;
  /**
   * Write units of DynamoDB for the entries and records, in the table and its indexes; a
   * transaction counts twice in the table.
   */
  readonly writeUnits: number;
  /** Bytes of the largest entry. */
  readonly entryBytes: number;
  readonly logBytes: number;
  readonly answerBytes: number;
}

/** A gateway whose requests are measured. */
export type CostMeter = Awaited<ReturnType<typeof openCostMeter>>;

const home = { accountId: '111122223333', region: 'eu-central-1' };

/**
 * Opens a gateway with the shipped policies, an embedded ledger, and a simulated EKS with this many
 * associations of payments.
 */
export async function openCostMeter(associationCount: number) {
  const simulator = await startEksSimulator({ world: readWorld() });
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const policy = loadPolicy(join(import.meta.dirname, '../policies'));
  let spent = { rows: 0, writeUnits: 0, entryBytes: 0, logBytes: 0 };
  const deps = makeDependencies({
    policy,
    ledger: metered(ledger, (more) => {
      spent = { ...spent, ...added(spent, more), entryBytes: Math.max(spent.entryBytes, more.entryBytes ?? 0) };
    }),
    home,
    times: defaultTimes,
    describeLimits: { describeConcurrency: 100, describesPerSecond: 10_000 },
    requestLimits: { burst: 1, perSecond: 0 },
    recordTrailReads: true,
    preflight: 'checks',
    preflightRoles: false,
    deployed: { version: 'costs', deployedAt: null, pageUrl: null },
    log: makeLog((line) => {
      spent = { ...spent, logBytes: spent.logBytes + Buffer.byteLength(line) };
    }),
    eks: { endpoint: simulator.url, credentials: { accessKeyId: 'costs', secretAccessKey: 'costs' } },
  });
  const handler = makeGatewayHandler(deps, {
    tokens: defaultTokenSettings,
    // The events carry verified claims, as those of API Gateway do.
    issuers: [{ issuer, audiences: [audience], keys: null }],
    eventSource: localEventSource(home.accountId),
  });
  for (let index = 0; index < associationCount; index += 1) {
    const roleArn = `arn:aws:iam::${home.accountId}:role/pods/payments/payments-api`;
    simulator.control.createAssociation({
      clusterName: 'apps-dev',
      namespace: 'payments',
      serviceAccount: `sa-${index}`,
      roleArn,
    });
  }

  async function send(principal: string, query: string, variables: object = {}) {
    const event = await jwtEvent(principal, query, variables);
    const context = makeContext({ accountId: home.accountId, functionName: 'graphql' }, Date.now() + 28_000);
    return handler(event, context);
  }

  /** Sends a request as a principal. Returns its answer and what it cost. */
  async function measure(principal: string, query: string, variables: object = {}) {
    simulator.control.clearRequests();
    spent = { rows: 0, writeUnits: 0, entryBytes: 0, logBytes: 0 };
    const before = process.cpuUsage();
    const { body = '' } = await send(principal, query, variables);
    const { user, system } = process.cpuUsage(before);
    const cpuMs = (user + system) / 1_000;
    const eksCalls = simulator.control.requests().length;
    const cost: Cost = { cpuMs, eksCalls, ...spent, answerBytes: Buffer.byteLength(body) };
    return { answer: JSON.parse(body) as { data?: unknown; errors?: readonly unknown[] }, cost };
  }

  const close = async () => {
    ledger.close();
    await simulator.close();
  };
  return { measure, ledger, control: simulator.control, close };
}

interface Spent {
  readonly rows?: number;
  readonly writeUnits?: number;
  readonly entryBytes?: number;
}

function added(spent: Required<Omit<Spent, 'entryBytes'>>, { rows = 0, writeUnits = 0 }: Spent) {
  return { rows: spent.rows + rows, writeUnits: spent.writeUnits + writeUnits };
}

/** A ledger that reports what each call reads and writes. */
function metered(ledger: Ledger, report: (spent: Spent) => void): Ledger {
  const written = (entries: readonly AuditEntry[], tableFactor: number) => {
    for (const entry of entries) {
      const entryBytes = bytesOf(entry);
      const indexes = 1 + Object.keys(auditIndexKeys(entry)).length;
      report({ entryBytes, writeUnits: Math.ceil(entryBytes / unitBytes) * (tableFactor + indexes) });
    }
  };
  return {
    ...ledger,
    commit: (expected, next, entries) => {
      written(entries, 2);
      report({ writeUnits: 2 * Math.ceil(Buffer.byteLength(JSON.stringify(next)) / unitBytes) + 1 });
      return ledger.commit(expected, next, entries);
    },
    appendEntry: (entry) => {
      written([entry], 1);
      return ledger.appendEntry(entry);
    },
    getRecord: async (key) => {
      report({ rows: 1 });
      return ledger.getRecord(key);
    },
    getLocks: async () => {
      report({ rows: 1 });
      return ledger.getLocks();
    },
    getClusterScan: async (cluster) => {
      report({ rows: 1 });
      return ledger.getClusterScan(cluster);
    },
    getEntry: async (key) => {
      report({ rows: 1 });
      return ledger.getEntry(key);
    },
    operationEntries: async (operationId, page) => {
      const entries = await ledger.operationEntries(operationId, page);
      report({ rows: entries.length });
      return entries;
    },
    readTrail: async (query) => {
      const page = await ledger.readTrail(query);
      report({ rows: page.entries.length + (page.next !== null && query.isProbe !== true ? 1 : 0) });
      return page;
    },
  };
}
