import { makeDependencies } from '../../src/app/compose.ts';
import type { Eks, EksError } from '../../src/eks/eks.ts';
import type { ClaimRequest, ClaimResult } from '../../src/idempotency/claim-request.ts';
import type { Lease } from '../../src/idempotency/claim-request.ts';
import type { ReclaimResult } from '../../src/idempotency/reclaim.ts';
import { fingerprintOf, idempotencyKeyOf } from '../../src/idempotency/record.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import { auditContextOf } from '../../src/ledger/audit-entry.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { CreateRequest } from '../../src/model/association.ts';
import { done } from '../../src/operations/terms/conclusions.ts';
import { defaultDescribeLimits, defaultRequestLimits } from '../../src/operations/terms/dependencies.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { effectDeadline } from '../../src/operations/terms/admission.ts';
import type { AdmittedMutation } from '../../src/operations/terms/admission.ts';
import { home, input, roleArn } from './gateway.ts';
import { association } from './ledger-samples.ts';
import { shippedPolicy } from './policy-sample.ts';

const policy = shippedPolicy();

/** A create that alice may request. */
export const request: CreateRequest = {
  ...home,
  clusterName: input.clusterName,
  namespace: input.namespace,
  serviceAccount: input.serviceAccount,
  targetRoleArn: null,
  disableSessionTags: false,
  policy: null,
  roleArn: roleArn('payments/payments-api'),
  tags: input.tags,
};

type Create = AdmittedMutation<'CREATE_POD_IDENTITY_ASSOCIATION'>;

const groups = ['payments-team'];
const principal = { id: 'https://issuer.example#alice', kind: 'USER', groups, sessionName: null } as const;

/** alice, with a request of hers. */
export const identity = { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'request' };

/** Her admitted create, with `leftMs` for its claim and for EKS; four more seconds are kept back for what follows. */
export function admittedCreate(leftMs: number, more: Partial<Create> = {}): Create {
  const startedAt = Date.now();
  const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
  const authorization = { identity, onBehalfOf: null, hasReason: false, now: startedAt };
  const decision = policy.authorize(authorization, { action: 'CreatePodIdentityAssociation', association: request });
  const target = { ...home, clusterName: 'apps-dev', namespace: 'payments', serviceAccount: request.serviceAccount };
  return {
    operation,
    request,
    target: request,
    before: null,
    unmet: null,
    clientRequestToken: 'token',
    authorization,
    audit: { ...auditContextOf(policy, operation, identity), operation, request, target, decision },
    startedAt,
    deadline: startedAt + leftMs + 4_000,
    denial: () => null,
    ...more,
  };
}

/** The claim of an admitted create. */
export function claimOf(mutation: Create): ClaimRequest {
  const { operation, audit, startedAt } = mutation;
  const clientRequestToken = mutation.clientRequestToken ?? 'token';
  return {
    idempotencyKey: idempotencyKeyOf({ identity, onBehalfOf: null, operation, clientRequestToken }),
    fingerprint: fingerprintOf(mutation.request),
    operation,
    startedAt,
    modifiedAtBefore: null,
    conclusion: null,
    refusalOfMismatch: () => null,
    audit,
    lock: Promise.resolve(null),
    expectsLock: false,
    deadline: effectDeadline(mutation),
    approval: null,
  };
}

/** Dependencies on this ledger, real unless a test replaces them. EKS can't be reached. */
export function dependenciesOn(ledger: Ledger, more: Partial<Dependencies> = {}): TestDependencies {
  const times = defaultTimes;
  const composition = {
    policy,
    ledger,
    home,
    times,
    describeLimits: defaultDescribeLimits,
    requestLimits: defaultRequestLimits,
    recordTrailReads: false,
    preflight: 'off' as const,
    preflightRoles: false,
    deployed: { version: 'test', deployedAt: null, pageUrl: null },
    log: () => undefined,
  };
  // All stores of the tests have both.
  return { ...makeDependencies(composition), observations: ledger as Ledger & ObservationStore, ...more };
}

type TestDependencies = Dependencies & { readonly observations: ObservationStore };

/** Dependencies whose clock is so many leases ahead. */
export function later(ledger: Ledger, leases: number, more: Partial<Dependencies> = {}): TestDependencies {
  return dependenciesOn(ledger, { clock: () => Date.now() + leases * (defaultTimes.leaseMs + 1_000), ...more });
}

/** The lease that a claim gave; throws if it gave none. */
export function leaseOf(result: ClaimResult | ReclaimResult): Lease {
  if (result.kind !== 'claimed' && result.kind !== 'taken-over') throw new Error(`No lease: ${result.kind}`);
  return result.lease;
}

/** What a lease holder concludes when EKS confirms the change. */
export const doneByEks = done({ kind: 'done', association: association(), requestId: null }, 'EKS made the change.');

/** An error of EKS. */
export const eksError: EksError = { exception: 'Example', message: 'An example.', requestId: null };

/** An EKS with only these answers; every other call fails the test. */
export function eksWith(answers: Partial<Eks>): Eks {
  const notExpected = () => Promise.reject(new Error('This call to EKS is not expected here.'));
  const none = {
    create: notExpected,
    update: notExpected,
    delete: notExpected,
    describe: notExpected,
    list: notExpected,
    page: notExpected,
    describeCluster: notExpected,
    callerAccount: notExpected,
    describeAddon: notExpected,
    readRole: notExpected,
  };
  return { ...none, ...answers };
}
