import { GraphQLError } from 'graphql';
import type { EksError, EksFor } from '../eks/eks.ts';
import { maxOwnApprovals } from '../ledger/approvals.ts';
import type { ApprovalStore } from '../ledger/approvals.ts';
import type { AssociationReads } from '../ledger/association-history.ts';
import { hasFilters } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Dependencies } from '../operations/terms/dependencies.ts';
import { count } from '../runtime/meter.ts';
import { makeSlots } from '../runtime/slots.ts';

/** What the reads of one request may cost together, whatever its aliases and nested fields. */
export interface ReadLimits {
  /** EKS calls. At 20 a second, a request has no time for more. */
  readonly eksCalls: number;
  /**
   * Audit entries and approvals that the ledger examines, and service accounts whose association is
   * read. A page with filters counts as the most entries that it can examine.
   */
  readonly entries: number;
}

/**
 * Enough for a page of 100 associations with their trails, and for ten trail pages of the largest
 * size.
 */
const readLimits: ReadLimits = { eksCalls: 500, entries: 10_000 };

/**
 * How many ledger reads of a request run at the same time. Each may exceed the limit by one page of
 * entries.
 */
const concurrentReads = 8;

/** The most entries that a filtered page examines. */
const filteredPage = 1_000;

/**
 * Dependencies for the reads of one request. A read beyond the limits fails, with an error for its
 * field; other fields are answered. Mutations and dry runs do not use them, so that the reads of a
 * query never stop a change halfway.
 */
export function withinLimits(deps: Dependencies, limits: ReadLimits = readLimits): Dependencies {
  const spent = { eksCalls: 0, entries: 0 };
  const spend = (what: keyof ReadLimits, more: number) => {
    if (spent[what] + more > limits[what]) {
      count('budgetRefusals');
      throw beyondLimit(what, limits[what]);
    }
    spent[what] += more;
  };
  return {
    ...deps,
    eksFor: countedEksFor(deps.eksFor, spend),
    ledger: countedLedger(deps.ledger, spend),
    associations: deps.associations && countedReads(deps.associations, spend),
    approvals: deps.approvals && countedApprovals(deps.approvals, spend),
  };
}

type Spend = (what: keyof ReadLimits, more: number) => void;

const names = {
  eksCalls: 'EKS calls',
  entries: 'audit entries, approvals and observed associations',
} as const satisfies Record<keyof ReadLimits, string>;

function beyondLimit(what: keyof ReadLimits, limit: number): GraphQLError {
  const message = `The request needs more than ${limit} ${names[what]}, which is the limit of a request. Request fewer fields, or fewer items at a time with first.`;
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

/** The other fields of the request have used its EKS calls. */
const noReadsLeft: EksError = {
  exception: 'ReadLimit',
  message: 'The request has reached its limit of EKS calls.',
  requestId: null,
};

function countedEksFor(eksFor: EksFor, spend: Spend): EksFor {
  return (cluster) => {
    const eks = eksFor(cluster);
    const counted = async <Result>(read: () => Promise<Result>) => {
      spend('eksCalls', 1);
      return await read();
    };
    /** For warnings: a read beyond the limit becomes a warning, not an error of the field. */
    const attempted = async <Result>(read: () => Promise<Result>) => {
      try {
        spend('eksCalls', 1);
      } catch {
        return { kind: 'failed', error: noReadsLeft } as const;
      }
      return await read();
    };
    return {
      ...eks,
      describe: (associationId, bounds) => counted(() => eks.describe(associationId, bounds)),
      list: (target, bounds) => counted(() => eks.list(target, bounds)),
      page: (query, bounds) => counted(() => eks.page(query, bounds)),
      describeCluster: (bounds) => attempted(() => eks.describeCluster(bounds)),
      describeAddon: (addonName, bounds) => attempted(() => eks.describeAddon(addonName, bounds)),
      readRole: (roleArn, bounds) => attempted(() => eks.readRole(roleArn, bounds)),
    };
  };
}

function countedLedger(ledger: Ledger, spend: Spend): Ledger {
  const runInSlot = makeSlots(concurrentReads);
  /** Counts at first the most that a read can examine, and then what it returned. */
  const counted = <Result>(most: number, read: () => Promise<Result>, used: (result: Result) => number) =>
    runInSlot(async () => {
      spend('entries', most);
      const result = await read();
      spend('entries', Math.min(0, used(result) - most));
      return result;
    });
  return {
    ...ledger,
    getEntry: (key) => counted(1, () => ledger.getEntry(key), one),
    operationEntries: (operationId, page) => {
      const most = page?.limit ?? 100;
      return counted(
        most,
        () => ledger.operationEntries(operationId, page),
        (entries) => entries.length + 1,
      );
    },
    readTrail: (query) => {
      const most = hasFilters(query) ? filteredPage : query.limit + 1;
      const used = ({ entries }: { readonly entries: readonly unknown[] }) =>
        hasFilters(query) ? most : entries.length + 1;
      return counted(most, () => ledger.readTrail(query), used);
    },
  };
}

function countedReads(reads: AssociationReads, spend: Spend): AssociationReads {
  const runInSlot = makeSlots(concurrentReads);
  return {
    ...reads,
    getAssociationState: (target) => {
      spend('entries', 1);
      return runInSlot(() => reads.getAssociationState(target));
    },
    getAssociationStates: (targets) => {
      spend('entries', targets.length);
      return reads.getAssociationStates(targets);
    },
    readVersions: (target, range, limit) => {
      spend('entries', 1);
      return runInSlot(() => reads.readVersions(target, range, limit));
    },
  };
}

function countedApprovals(approvals: ApprovalStore, spend: Spend): ApprovalStore {
  return {
    ...approvals,
    getApproval: (key) => {
      spend('entries', 1);
      return approvals.getApproval(key);
    },
    getApprovals: (keys) => {
      spend('entries', keys.length);
      return approvals.getApprovals(keys);
    },
    openApprovalsOf: (principalId) => {
      spend('entries', maxOwnApprovals);
      return approvals.openApprovalsOf(principalId);
    },
    listApprovals: (partition, limit, after) => {
      spend('entries', limit);
      return approvals.listApprovals(partition, limit, after);
    },
  };
}

const one = () => 1;
