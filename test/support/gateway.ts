import { join } from 'node:path';
import { defaultApprovalLimits, defaultDescribeLimits } from '../../src/operations/terms/dependencies.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import type { ApprovalLimits, Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { Times } from '../../src/idempotency/times.ts';
import { makeDependencies, makeLiveDependencies } from '../../src/app/compose.ts';
import type { Composition, LivePolicies } from '../../src/app/compose.ts';
import { makeGatewayHandler } from '../../src/app/gateway-handler.ts';
import { defaultTokenSettings } from '../../src/auth/claims.ts';
import type { TrustedIssuer } from '../../src/auth/verify-token.ts';
import type { ApprovalStore } from '../../src/ledger/approvals.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuthorizeIam } from '../../packages/local-gateway/src/http-api/iam-authorizer.ts';
import { makeAuthorizer } from '../../packages/local-gateway/src/http-api/authorizer.ts';
import { localEventSource, startHttpApi } from '../../packages/local-gateway/src/http-api/http-api.ts';
import { loadSigningKey } from '../../packages/local-gateway/src/keys.ts';
import { audience, issuer, mintToken, principals } from '../../packages/local-gateway/src/principals.ts';
import { startEksSimulator } from '#eks-simulator';
import type { OperationName } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { readWorld } from '#eks-simulator';
import type { AuditEntry } from '../../src/model/audit.ts';
import { makePolicyTexts } from '../../src/policy-versions/policy-texts.ts';
import type { RequestLimits } from '../../src/runtime/token-buckets.ts';
import {
  adoptDocument,
  createDocument,
  deleteDocument,
  ensureDocument,
  ensureNoDocument,
  tagDocument,
  untagDocument,
  updateDocument,
} from './documents.ts';
import type { EnsurePayload, Payload } from './documents.ts';
import { closeAtEnd } from './left-open.ts';
import { loadPolicyOnce, shippedPolicy } from './policy-sample.ts';
import { makeClock } from './test-clock.ts';
import type { TestClock } from './test-clock.ts';

const keyFolder = join(import.meta.dirname, '..', '..', '.cache', 'test-keys');
let readKey: ReturnType<typeof loadSigningKey> | undefined;

/** The key of the tests, read once. */
const signingKey = () => (readKey ??= loadSigningKey(keyFolder));

/** Account and region of the shipped inventory and of the simulator's world. */
export const home = { accountId: '111122223333', region: 'eu-central-1' };

export const roleArn = (path: string) => `arn:aws:iam::111122223333:role/pods/${path}`;

/** A create input that policy permits to alice and EKS accepts. */
export const input = {
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: roleArn('payments/payments-api'),
  tags: [{ key: 'team', value: 'payments' }],
  clientRequestToken: 'first',
};

/**
 * Times with which an operation is in doubt for a minute. The simulator accepts signatures for five minutes, as AWS does, so no
 * result depends on expired signatures.
 */
const shortTimes: Times = {
  ...defaultTimes,
  signatureWindowMs: 30_000,
  eksProcessingMs: 20_000,
  listLagMs: 50,
  clockErrorMs: 10_000,
  roleRetryMs: 0,
};

/** A GraphQL response, with its HTTP status. */
export interface Answered<T> {
  readonly status: number;
  readonly data: T | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/** An answer without the request IDs of its errors, which differ in equal answers. */
export function withoutRequestIds({ errors = [], ...answered }: Answered<unknown>): object {
  return {
    ...answered,
    errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId: null } })),
  };
}

const tokens = new Map<string, Promise<string>>();

/** A token of an example principal, minted once: it is valid for longer than a test file runs. */
function tokenOf(name: string): Promise<string> {
  const principal = principals.find((known) => known.name === name);
  if (!principal) throw new Error(`Unknown example principal ${name}.`);
  const minted = tokens.get(name) ?? signingKey().then((key) => mintToken(key, principal, { expiresInSeconds: 3_600 }));
  tokens.set(name, minted);
  return minted;
}

export type Gateway = Awaited<ReturnType<typeof openGateway>>;

/** Options of a gateway under test. */
export interface GatewayOptions {
  /** With what is known of associations, for queries about it. */
  readonly ledger: Ledger & Partial<AssociationReads>;
  /** By default as in production. */
  readonly approvalLimits?: Partial<ApprovalLimits>;
  readonly times?: Partial<Times>;
  /** The clock of the gateway and of its own simulator, to share it. */
  readonly clock?: TestClock;
  /** By default, any number of requests. */
  readonly requestLimits?: RequestLimits;
  /** A simulated EKS to share; by default the gateway starts its own. */
  readonly simulator?: EksSimulator;
  /** Off by default, so that tests of the trail find only the entries of their own changes. */
  readonly recordTrailReads?: boolean;
  /** Folder of the policies; by default the shipped ones. */
  readonly policies?: string;
  /** By default `checks`, as in production. */
  readonly preflight?: Dependencies['preflight'];
  /** By default off, as in production. */
  readonly preflightRoles?: boolean;
  /** By default none, as in production. */
  readonly executorRoleArn?: string;
  /** Versions to follow; by default the shipped policies are in force. */
  readonly versions?: Omit<LivePolicies, 'onFailure'>;
  /** Issuers whose tokens the function alone verifies, as on a route without an authorizer; by default the local one. */
  readonly issuers?: readonly TrustedIssuer[];
  /** Checks signatures of AWS credentials; by default the route for them does not exist. */
  readonly authorizeIam?: AuthorizeIam;
  /** Replaces some of the dependencies. */
  readonly change?: (deps: Dependencies) => Dependencies;
}

/** Starts the gateway over HTTP, with the shipped policies, real clients and a simulated EKS, on free ports. */
export async function openGateway(options: GatewayOptions) {
  const { ledger, times, simulator: given, recordTrailReads = false, change = (deps) => deps } = options;
  const { preflight = 'checks', preflightRoles = false, clock = makeClock() } = options;
  const { executorRoleArn = null } = options;
  const { requestLimits = { burst: 1, perSecond: 0 } } = options;
  const key = await signingKey();
  const simulator = given ?? (await openSimulator(clock));
  const policy = options.policies === undefined ? shippedPolicy() : loadPolicyOnce(options.policies);
  const logged: { level: string; message: string; fields: Record<string, unknown> }[] = [];
  const composition: Composition = {
    policy,
    ledger,
    // All stores of the tests have both; a ledger that replaces methods is spread from one.
    ...('readVersions' in ledger ? { associations: ledger as Ledger & AssociationReads } : {}),
    ...('putApproval' in ledger ? { approvals: ledger as Ledger & ApprovalStore } : {}),
    policyTexts: makePolicyTexts,
    approvalLimits: { ...defaultApprovalLimits, ...options.approvalLimits },
    home,
    times: { ...shortTimes, ...times },
    describeLimits: defaultDescribeLimits,
    requestLimits,
    recordTrailReads,
    preflight,
    preflightRoles,
    executorRoleArn,
    deployed: { version: 'test', deployedAt: null, pageUrl: null },
    log: (level, message, fields) => logged.push({ level, message, fields }),
    clock: clock.now,
    sleep: (ms) => {
      clock.skip(ms);
      return Promise.resolve();
    },
    eks: { endpoint: simulator.url, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
  };
  const live = options.versions && makeLiveDependencies(composition, { ...options.versions, onFailure: () => 0 });
  const deps = change(live?.deps ?? makeDependencies(composition));
  const current = live ? async () => change(await live.current()) : () => Promise.resolve(deps);
  const settings = {
    tokens: defaultTokenSettings,
    issuers: options.issuers ?? [{ issuer, audiences: [audience], keys: key.publicKeys }],
    eventSource: localEventSource(home.accountId),
  };
  const handler = makeGatewayHandler(deps, settings, current);
  const withoutAuthorizer: typeof handler = ({ requestContext, ...event }, context) =>
    handler({ ...event, requestContext: Object.assign({}, requestContext, { authorizer: undefined }) }, context);
  const server = await startHttpApi({
    port: 0,
    accountId: home.accountId,
    authorize: options.issuers
      ? () => Promise.resolve({ kind: 'authorized', claims: {}, scopes: null })
      : makeAuthorizer({ issuer, audience, keys: key.publicKeys }),
    ...(options.authorizeIam && { authorizeIam: options.authorizeIam }),
    handler: options.issuers ? withoutAuthorizer : handler,
  });

  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  const send = async <T>(query: string, variables: object = {}, as = 'alice'): Promise<Answered<T>> => {
    const authorization = `Bearer ${await tokenOf(as)}`;
    const response = await post(JSON.stringify({ query, variables }), { authorization });
    return { status: response.status, ...((await response.json()) as object) } as Answered<T>;
  };

  /** Sends a mutation. Throws if its answer has no payload. */
  async function mutate<Answer = Payload>(document: string, fields: object, as: string): Promise<Answer> {
    const answered = await send<Record<string, Answer>>(document, { input: fields }, as);
    const [payload] = Object.values(answered.data ?? {});
    if (!payload) throw new Error(JSON.stringify(answered));
    return payload;
  }
  const { clusterName } = input;
  const create = (fields: object = {}, as = 'alice') => mutate(createDocument, { ...input, ...fields }, as);
  const update = (fields: object, as = 'alice') => mutate(updateDocument, { clusterName, ...fields }, as);
  const remove = (fields: object, as = 'alice') => mutate(deleteDocument, { clusterName, ...fields }, as);
  const tag = (fields: object, as = 'alice') => mutate(tagDocument, { clusterName, ...fields }, as);
  const untag = (fields: object, as = 'alice') => mutate(untagDocument, { clusterName, ...fields }, as);
  /** Platform administrators adopt. */
  const adopt = (fields: object, as = 'pat') => mutate(adoptDocument, { clusterName, ...fields }, as);

  const { clientRequestToken: _, ...desired } = input;
  /** The declaration `app` desires the association of `input`. */
  const ensure = (fields: object = {}, as = 'alice') =>
    mutate<EnsurePayload>(ensureDocument, { ...desired, declaration: 'app', ...fields }, as);
  const { roleArn: __, tags: ___, ...absent } = desired;
  const ensureNo = (fields: object = {}, as = 'alice') =>
    mutate<EnsurePayload>(ensureNoDocument, { ...absent, declaration: 'app', ...fields }, as);

  /** Events of an operation, oldest first. */
  const events = async (operationId: string) =>
    (await ledger.operationEntries(operationId)).map(({ event }: AuditEntry) => event);

  /** The number of requests of one operation that reached EKS. */
  const sent = (operation: OperationName = 'CreatePodIdentityAssociation') =>
    simulator.control.requests(operation).length;

  const closeServer = closeAtEnd(server.close);
  const close = async () => {
    await closeServer();
    if (!given) await simulator.close();
  };
  return {
    url: server.url,
    handler,
    deps,
    observations: ledger as Ledger & ObservationStore,
    clock,
    current,
    simulator,
    logged,
    tokenOf,
    post,
    send,
    create,
    update,
    remove,
    tag,
    untag,
    adopt,
    ensure,
    ensureNo,
    events,
    sent,
    close,
  };
}

/**
 * Another process of the gateway: on the ledger, the EKS and the clock of the first one. It is
 * closed at the end of the test file.
 */
export function openBeside(first: Gateway, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
  const { observations: ledger, simulator, clock } = first;
  return openGateway({ ledger, simulator, clock, ...options });
}

/** Starts a simulated EKS with the shipped clusters and roles. */
export async function openSimulator(clock: TestClock = makeClock()): Promise<EksSimulator> {
  const simulator = await startEksSimulator({ world: readWorld(), clock: clock.now });
  return { ...simulator, close: closeAtEnd(simulator.close) };
}

/** Dependencies that read EKS fast, for tests that send many requests. */
export function withoutRateLimit(deps: Dependencies): Dependencies {
  return { ...deps, describeLimits: { describeConcurrency: 8, describesPerSecond: 10_000 } };
}
