import type { ClusterRef } from '../model/association.ts';
import type { Authorize } from '../policy/policy.ts';
import type { EksFor } from '../eks/eks.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { DescribeLimits } from '../runtime/rate-limiter.ts';

/** The protocol's times, in milliseconds. */
export interface Times {
  /** How long a holder may work on a record. Longer than a request can last, so that only a stuck one is overtaken. */
  readonly leaseMs: number;
  /** How long a request may work, whatever time its function has left. */
  readonly requestMs: number;
  /** How long EKS takes a signed request for fresh: five minutes by AWS's Signature Version 4. */
  readonly signatureWindowMs: number;
  /** How long EKS may work on a request that it has accepted. */
  readonly eksProcessingMs: number;
  /** How long EKS's lists may lag behind its effects. */
  readonly listLagMs: number;
  /** How far the clocks of this process and of EKS may differ. */
  readonly clockErrorMs: number;
  /** How long a final answer can be asked for again. */
  readonly retentionMs: number;
  /** How long a create is repeated while EKS does not know the role yet. */
  readonly roleRetryMs: number;
}

/** Times for AWS. A doubt is over 7 minutes after an operation began. */
export const defaultTimes: Times = {
  leaseMs: 35_000,
  requestMs: 25_000,
  signatureWindowMs: 300_000,
  eksProcessingMs: 60_000,
  listLagMs: 30_000,
  clockErrorMs: 30_000,
  retentionMs: 7 * 24 * 3_600_000,
  roleRetryMs: 8_000,
};

/** From when nothing of an operation that began at `startedAt` can still happen at EKS, and EKS shows all that did. */
export function inDoubtUntil(startedAt: number, times: Times): number {
  return startedAt + times.signatureWindowMs + times.eksProcessingMs + times.listLagMs + times.clockErrorMs;
}

/** Writes one line to the log; `fields` are plain JSON. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>) => void;

/** What the operations work with. */
export interface Dependencies {
  readonly ledger: Ledger;
  readonly authorize: Authorize;
  readonly eksFor: EksFor;
  /** Whether the inventory lists a cluster's account and region, without which `eksFor` has no client for it. */
  readonly serves: (cluster: ClusterRef) => boolean;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** A new ULID that sorts after the ones before it. */
  readonly ulid: (time: number) => string;
  /** Account and region of a request that names none: the deployment's. */
  readonly home: { readonly accountId: string; readonly region: string };
  readonly times: Times;
  readonly describeLimits: DescribeLimits;
  readonly log: Log;
}
