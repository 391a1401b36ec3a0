import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { startEksSimulator } from '#eks-simulator';
import { createDependencies } from '../../src/app/compose.ts';
import { createGatewayHandler } from '../../src/app/gateway-handler.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import { createDynamoDbLedger } from '../../src/ledger/dynamodb.ts';
import { createTables } from '../../src/ledger/tables.ts';
import { createContext } from '../../src/local/http-api/context.ts';
import { localEventSource } from '../../src/local/http-api/http-api.ts';
import { audience, issuer } from '../../src/local/principals.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { createLog } from '../../src/runtime/log.ts';
import { claimsEvent } from '../../test/support/lambda-event.ts';
import { localClient, meteredClient } from '../capacity.ts';
import type { CapacityReport } from '../capacity.ts';
import { region, worldOf, writePolicies } from './population.ts';
import type { OrganizationSize, Team } from './population.ts';
import type { DayRequest } from './requests.ts';
import { startSts } from './sts.ts';

const home = { accountId: '111122223333', region };

/**
 * Opens the gateway of an organization: its real handler, a simulated EKS and STS, and tables in a DynamoDB Local. Requests are not
 * limited by principal, because a played day is shorter than a day.
 *
 * @param endpoint of DynamoDB Local
 */
export async function openLargeGateway(size: OrganizationSize, endpoint: string, report: CapacityReport) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
  writePolicies(folder, size);
  const policy = loadPolicy(folder);
  rmSync(folder, { recursive: true });
  const sts = await startSts();
  const simulator = await startEksSimulator({ world: worldOf(size), maxAssociations: 100_000 });
  const names = { idempotencyTable: `idempotency-${randomUUID()}`, auditTable: `audit-${randomUUID()}` };
  const local = localClient(endpoint);
  await createTables(local, names);
  local.destroy();
  const ledger = createDynamoDbLedger({ client: await meteredClient(endpoint, names, report), ...names });
  let logBytes = 0;
  const deps = createDependencies({
    policy,
    ledger,
    home,
    times: defaultTimes,
    describeLimits: { describeConcurrency: 100, describesPerSecond: 100_000 },
    requestLimits: { burst: 1, perSecond: 0 },
    recordTrailReads: true,
    preflight: 'checks',
    preflightRoles: true,
    preflightQuota: false,
    release: { version: 'scale', deployedAt: null },
    log: createLog((line) => (logBytes += Buffer.byteLength(line))),
    eks: { endpoint: simulator.url, credentials: { accessKeyId: 'home', secretAccessKey: 'bench' } },
  });
  const handler = createGatewayHandler(deps, {
    tokens: defaultTokenSettings,
    // The events carry verified claims, as those of API Gateway do.
    issuers: [{ issuer, audiences: [audience], keys: null }],
    eventSource: localEventSource(home.accountId),
  });
  const events = new Map<string, APIGatewayProxyEventV2>();

  /** The event of a person's request. Tokens are signed once for each person. */
  const eventOf = async (sub: string, team: Team, request: DayRequest): Promise<APIGatewayProxyEventV2> => {
    const event = events.get(sub) ?? (await claimsEvent({ sub, groups: [team.name] }, '{ viewer { id } }'));
    events.set(sub, event);
    return { ...event, body: JSON.stringify(request), isBase64Encoded: false };
  };

  return {
    ledger,
    deps,
    control: simulator.control,
    stsCalls: sts.calls,
    logBytes: () => logBytes,
    /** Sends a request of a member of a team. Returns the body of the answer. */
    send: async (sub: string, team: Team, request: DayRequest): Promise<string> => {
      const context = createContext({ accountId: home.accountId, functionName: 'graphql' }, Date.now() + 28_000);
      const { body = '' } = await handler(await eventOf(sub, team, request), context);
      return body;
    },
    close: async () => {
      ledger.close();
      await simulator.close();
      await sts.stop();
    },
  };
}
