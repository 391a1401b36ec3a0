import { join } from 'node:path';
import type { Begun } from '../../src/idempotency/claim.ts';
import type { Call } from '../../src/operations/mutation.ts';
import { done } from '../../src/operations/conclusion.ts';
import { defaultDescribeLimits } from '../../src/runtime/rate-limiter.ts';
import { defaultTimes } from '../../src/operations/dependencies.ts';
import type { Dependencies } from '../../src/operations/dependencies.ts';
import { createDependencies } from '../../src/app/compose.ts';
import type { Eks, EksError } from '../../src/eks/eks.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { CreateRequest } from '../../src/model/association.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { home, input, roleArn } from './gateway.ts';
import { association } from './ledger-samples.ts';

const policy = loadPolicy(join(import.meta.dirname, '../../policies'));

/** A create that alice may ask for. */
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

/** Her create under way, with `leftMs` for its claim and for EKS; four seconds more are kept back for what comes after. */
export function callOf(leftMs: number, more: Partial<Call<CreateRequest>> = {}): Call<CreateRequest> {
  const startedAt = Date.now();
  const groups = ['payments-team'];
  const principal = { id: 'https://issuer.example#alice', kind: 'USER', groups, sessionName: null } as const;
  const identity = { principal, actor: null, sourceAddress: null, userAgent: null, apiRequestId: 'request' };
  const context = { identity, onBehalfOf: null, hasReason: false, now: startedAt };
  const decision = policy.authorize(context, { action: 'CreatePodIdentityAssociation', association: request });
  const said = { clientRequestToken: 'token', reason: null, onBehalfOf: null };
  const operation = 'CREATE_POD_IDENTITY_ASSOCIATION';
  const times = { startedAt, deadline: startedAt + leftMs + 4_000 };
  return { operation, identity, request, target: request, before: null, ...said, decision, ...times, ...more };
}

/** The real parts, but for those that a test puts in their place. No EKS answers. */
export function partsOn(ledger: Ledger, more: Partial<Dependencies> = {}): Dependencies {
  const times = defaultTimes;
  const chosen = { policy, ledger, home, times, describeLimits: defaultDescribeLimits, log: () => undefined };
  return { ...createDependencies(chosen), ...more };
}

/** Dependencies by a clock that is so many leases ahead. */
export function later(ledger: Ledger, leases: number, more: Partial<Dependencies> = {}): Dependencies {
  return partsOn(ledger, { clock: () => Date.now() + leases * (defaultTimes.leaseMs + 1_000), ...more });
}

/** What a claim holds; throws where it holds nothing. */
export function heldBy(begun: Begun) {
  if (!('hold' in begun)) throw new Error(`Not held: ${begun.kind}`);
  return begun.hold;
}

/** What a holder comes to whom EKS tells that it did it. */
export const doneByEks = done({ kind: 'done', association: association(), requestId: null }, 'EKS did it.');

/** An error of EKS. */
export const eksError: EksError = { exception: 'Example', message: 'An example.', requestId: null };

/** An EKS that answers what a test says, and nothing else. */
export function eksThat(answers: Partial<Eks>): Eks {
  const unasked = () => Promise.reject(new Error('Nobody asks that of EKS here.'));
  const none = { create: unasked, update: unasked, delete: unasked, describe: unasked, list: unasked, page: unasked };
  return { ...none, ...answers };
}
