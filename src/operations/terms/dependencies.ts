import type { EksFor } from '../../eks/eks.ts';
import type { Protocol } from '../../idempotency/protocol.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import type { ObservationStore } from '../../ledger/cluster-scan.ts';
import type { CursorKeyMemory } from '../../ledger/cursor-keys.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { RepairStore } from '../../ledger/state-repair.ts';
import type { ClusterRef } from '../../model/association.ts';
import type { LockMemory } from '../../model/lock.ts';
import type { RecordPrincipal } from '../../model/principal.ts';
import type { Sleep } from '../../runtime/clock.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import type { DeniesEveryUpdateOf } from '../../policy/decide/every-update.ts';
import type { ComparedGroups } from '../../policy/decide/compared-groups.ts';
import type { Directory } from '../../policy/inventory/directory.ts';
import type { KnownPrincipals } from '../../policy/inventory/inventory.ts';
import type { Deadline } from '../../runtime/deadline.ts';
import type { RequestLimits } from '../../runtime/token-buckets.ts';
import type { Authorize, Preauthorize } from '../../policy/policy.ts';
import type { PolicyTexts } from '../../policy/policies/policy-texts.ts';
import type { DecisionKey } from '../../policy/decide/same-decision.ts';

/** How fast details of listed associations are read from EKS. Retries by the SDK come on top. */
export interface DescribeLimits {
  /** How many describes may run at the same time, in this process. */
  readonly describeConcurrency: number;
  /** How many describes may start within any one second, in this process. */
  readonly describesPerSecond: number;
}

/**
 * Fast enough for the pages that people read; slow enough not to throttle other users of the
 * account's EKS API.
 */
export const defaultDescribeLimits: DescribeLimits = { describeConcurrency: 8, describesPerSecond: 20 };

/** A form or a bot that sends some requests at once is well within; a loop is not. */
export const defaultRequestLimits: RequestLimits = { burst: 100, perSecond: 10 };

/** How long approvals last, and how many a principal may wait for. */
export interface ApprovalLimits {
  /** How long one can be given, in milliseconds. */
  readonly decideMs: number;
  /** How long one that was given can be used, in milliseconds. */
  readonly useMs: number;
  /**
   * How many pending ones a principal may have at most, and a service for each person that it
   * names.
   */
  readonly maxPending: number;
  /** How many pending ones a service may have at most, for all people. */
  readonly maxPendingOfService: number;
}

/**
 * Approvers have a day, and clients some hours: what was agreed to should not be done much later.
 */
export const defaultApprovalLimits: ApprovalLimits = {
  decideMs: 86_400_000,
  useMs: 14_400_000,
  maxPending: 20,
  maxPendingOfService: 200,
};

/**
 * Whether warnings include the state of the cluster, read from EKS: in dry runs, also in answers of
 * changes, or nowhere.
 */
export type Preflight = 'checks' | 'changes' | 'off';

/**
 * Whether the inventory lists a cluster's account and region; `EksFor` has no client for any other.
 */
export type Serves = (cluster: ClusterRef) => boolean;

/**
 * What follows from policies and inventory. They are one value because a request takes it once,
 * when it begins: so all of the request is judged by one version of both.
 */
export interface PolicyInForce {
  readonly authorize: Authorize;
  readonly preauthorize: Preauthorize;
  readonly recordPrincipal: RecordPrincipal;
  readonly decisionKey: DecisionKey;
  readonly comparedGroups: ComparedGroups;
  readonly deniesEveryUpdateOf: DeniesEveryUpdateOf;
  /** The services and permission sets by which callers are authenticated. */
  readonly knownPrincipals: KnownPrincipals;
  readonly eksFor: EksFor;
  readonly serves: Serves;
  readonly directory: Directory;
  readonly about: About;
  /** Null where no queries are answered. */
  readonly policyTexts: PolicyTexts | null;
}

/** What requests and runs read and write. */
export interface Stores {
  readonly ledger: Ledger;
  readonly associations: AssociationReads;
  readonly approvals: ApprovalStore;
  readonly observations: ObservationStore;
  /** Of the reconciler, which observes nothing else. */
  readonly repairs: RepairStore;
}

/**
 * The stores of one request or run: nothing is sent to them after its deadline, nor once it has
 * ended. Without a key, the one of all.
 */
export type StoresUntil = (deadline: Deadline) => Partial<Stores>;

/** What operations and queries work with. */
export interface Dependencies extends Protocol, PolicyInForce {
  /** Account and region of requests that name none: those of the deployment. */
  readonly home: ClusterDefaults;
  readonly describeLimits: DescribeLimits;
  /** What is known of associations; null where no queries are answered. */
  readonly associations: AssociationReads | null;
  /**
   * Null where no requests are answered: else only runs of `expire`, which are given them, read and
   * write approvals.
   */
  readonly approvals: ApprovalStore | null;
  readonly approvalLimits: ApprovalLimits;
  readonly storesUntil: StoresUntil;
  /** Waits before a create whose role EKS does not know yet is sent again. */
  readonly sleep: Sleep;
  readonly lockMemory: LockMemory;
  readonly cursorKeyMemory: CursorKeyMemory;
  /** How many requests each principal may send, to one process. */
  readonly requestLimits: RequestLimits;
  /** Whether pages of the audit trail that contain entries of others are recorded as read. */
  readonly recordTrailReads: boolean;
  readonly preflight: Preflight;
  /**
   * Whether warnings include what keeps pods from assuming the role, read from IAM, where they
   * include the state of the cluster.
   */
  readonly preflightRoles: boolean;
}

/**
 * Gives the dependencies of a request or of a run of the reconciler, which takes them once, when it
 * begins. Rejects with `PoliciesUnavailable` if it is not known which policies are in force.
 */
export type CurrentDependencies = () => Promise<Dependencies>;

/** What runs. */
export interface About {
  /** Version of the gateway. */
  readonly version: string;
  /** SHA-256 (hex) of the policies and their schema. */
  readonly policySetHash: string;
  /** SHA-256 (hex) of the inventory. */
  readonly inventoryHash: string;
  /** RFC 3339, UTC; null where the deployment does not set it. */
  readonly deployedAt: string | null;
  /** The policy version and inventory; null if they are those of the package. */
  readonly policyVersion: { readonly number: number; /** RFC 3339, UTC. */ readonly publishedAt: string } | null;
  /** Address of the page; null without one. */
  readonly pageUrl: string | null;
}

/**
 * The texts of the policies. Throws an Error, which means a bug, in a function that answers no
 * requests.
 */
export function requirePolicyTexts(policyTexts: PolicyTexts | null): PolicyTexts {
  if (policyTexts === null) throw new Error('A function that answers no requests reads no texts of policies.');
  return policyTexts;
}

/** The approvals. Throws an Error, which means a bug, in a function that answers no requests. */
export function requireApprovals(approvals: ApprovalStore | null): ApprovalStore {
  if (approvals === null) throw new Error('A function that answers no requests reads and writes no approvals.');
  return approvals;
}
