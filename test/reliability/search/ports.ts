import type { ChangeBounds, ChangeResult, Eks } from '../../../src/eks/eks.ts';
import type { AssociationReads } from '../../../src/ledger/association-history.ts';
import type { Expiries } from '../../../src/ledger/association-expiry.ts';
import type { AssociationStates } from '../../../src/ledger/state-store.ts';
import type { ApprovalStore } from '../../../src/ledger/approvals.ts';
import type { ObservationStore } from '../../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../../../src/ledger/ledger.ts';
import type { Ledger, Locks } from '../../../src/ledger/ledger.ts';
import type { StateRepairs } from '../../../src/ledger/state-repair.ts';
import type { Approval } from '../../../src/model/approval.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Lock } from '../../../src/model/lock.ts';
import type { Environment } from './environment.ts';
import type { Attempt } from './model-state.ts';
import { commitAsOther } from './other-version.ts';
import type { Process } from './processes.ts';

/** How late a write takes effect that was sent in time: an operation may still be in doubt, and its lease is over. Milliseconds. */
const lateMs = 240_000;

/** A write to the ledger by a process, which can fail. */
function writerOf({ processes, log }: Environment, process: Process) {
  const { attempt } = process;
  return <T>(what: () => string, effect: () => Promise<T>) =>
    processes.port(process, async () => {
      const fault = process.faults.ledger?.write === process.writes++ ? process.faults.ledger.kind : null;
      if (fault === 'down') {
        log(() => `  the ledger is down and does not write ${what()} for ${attempt.name}`);
        throw new LedgerUnavailable(new Error('down'));
      }
      if (fault === 'late') {
        log(() => `  ${attempt.name} gets no response`);
        processes.later(lateMs, effect);
        throw new LedgerUnavailable(new Error('late'));
      }
      const result = await effect();
      if (fault === 'lost') {
        log(() => `  the response to ${attempt.name} is lost`);
        throw new LedgerUnavailable(new Error('lost'));
      }
      return result;
    });
}

/** The ledger of a process: each call takes a turn, and can fail. */
export function gatedLedger(environment: Environment, process: Process): Ledger {
  const { ledger, model, approvals, declarations, plans, expiries, bursts, recorder } = environment;
  const { processes, clock, log } = environment;
  const { attempt } = process;
  const read = <T>(effect: () => Promise<T>) => processes.port(process, effect);
  const write = writerOf(environment, process);
  return {
    commit: (expected, next, entries, use = null) => {
      const what = () => `${entries.map(({ event }) => event).join(' and ')} (${expected.kind}; fence ${next.fence})`;
      const calledAt = clock[attempt.clock]();
      return write(what, async () => {
        const result = process.faults.isOtherVersion
          ? await commitAsOther(environment, expected, next, entries, use)
          : await ledger.commit(expected, next, entries, use);
        if (bursts.owns(next, entries)) {
          if (result.kind === 'committed') bursts.committed(attempt.name, entries);
          return result;
        }
        // Each expiry has a token of its own.
        if (attempt.isExpireRun) attempt.identity = `expire delete ${next.idempotencyKey.slice(0, 12)}`;
        if (result.kind === 'committed') {
          plans.committed(attempt, next, entries);
          const begins = model.committed(attempt, expected, next, entries.filter(isOfOperation));
          recorder.committed(attempt, expected, next, entries);
          if (begins) approvals.began(attempt, next.operationId, use, entries, calledAt);
          else if (entries.some((entry) => !isOfOperation(entry))) approvals.unexpected(attempt, entries);
          declarations.committed(attempt, entries.filter(isOfOperation));
          expiries.committed(attempt, entries);
          if (next.result?.refusal) approvals.refused(attempt, next.result.refusal.code);
        } else if (result.kind === 'conflict') model.conflicted(attempt, expected, next.idempotencyKey);
        else if (result.kind === 'approval-mismatch' && use) approvals.rejected(attempt, use.next.key, use.expected);
        log(() => `  the ledger ${result.kind === 'committed' ? 'writes' : 'rejects'} ${what()} for ${attempt.name}`);
        return result;
      });
    },
    appendEntry: (entry) =>
      write(
        () => entry.event,
        async () => {
          await ledger.appendEntry(entry);
          if (bursts.owns(entry, [entry])) return;
          model.appended(entry);
          recorder.appended(entry);
          log(() => `  the ledger writes ${entry.event} for ${attempt.name}`);
        },
      ),
    getRecord: (key) => read(() => ledger.getRecord(key)),
    findClaimOfCreated: (id) =>
      read(async () => {
        const claim = await ledger.findClaimOfCreated(id);
        log(() => `  ${attempt.name} looks for a claim of what ${id} created: ${claim ?? 'none'}`);
        return claim;
      }),
    getEntry: (key) => read(() => ledger.getEntry(key)),
    operationEntries: (id, page) => read(() => ledger.operationEntries(id, page)),
    readTrail: (query) => read(() => ledger.readTrail(query)),
    expiredLeases: (now, limit) => read(() => ledger.expiredLeases(now, limit)),
    getLocks: () =>
      read(async () => {
        if (process.faults.cannotReadLocks) throw new LedgerUnavailable(new Error('down'));
        await ledger.getLocks();
        return locksFor(environment, attempt);
      }),
    getClusterScan: (cluster) => read(() => ledger.getClusterScan(cluster)),
    getCursorKeys: () => Promise.reject(new Error('No process of a scenario reads pages.')),
    putCursorKeys: () => Promise.reject(new Error('No process of a scenario reads pages.')),
    putLocks: () => Promise.reject(new Error('No process of a scenario sets locks.')),
    close: () => undefined,
  };
}

/** The locks that a process reads now. The scenario's are not stored: other scenarios share the ledger. */
function locksFor({ bursts, isLocked, voterLocks, log }: Environment, attempt: Attempt): Locks {
  const ofPrincipals = voterLocks.read();
  const isPrincipalLocked = voterLocks.isLocked(attempt.identity?.split(' ')[0]);
  attempt.wasLocked ??= isPrincipalLocked;
  attempt.lock = isPrincipalLocked || isLocked() ? 'set' : 'none';
  attempt.locksRevision = ofPrincipals.revision;
  log(() => `  ${attempt.name} reads the locks: ${attempt.lock}; of principals ${ofPrincipals.revision}`);
  return { ...ofPrincipals, locks: [...(isLocked() ? [lock] : []), ...bursts.locks(), ...ofPrincipals.locks] };
}

const isOfOperation = ({ event }: AuditEntry) => event !== 'APPROVAL_USED' && event !== 'APPROVAL_WITHDRAWN';

/** The approvals as a process reads and writes them: each call takes a turn, and can fail. */
export function gatedApprovals(environment: Environment, process: Process): ApprovalStore {
  const { ledger, model, approvals, recorder, processes, clusterName, clock, log } = environment;
  const { attempt } = process;
  const write = writerOf(environment, process);
  /** Other scenarios share the ledger: all of this one are one page, however many those have. */
  async function ownApprovals(...[partition, limit]: Parameters<ApprovalStore['listApprovals']>) {
    const own: Approval[] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await ledger.listApprovals(partition, limit, after ?? null);
      own.push(...page.approvals.filter(({ requested }) => requested.target.clusterName === clusterName));
      after = page.next;
    }
    return { approvals: own, next: null };
  }
  const unused = () => Promise.reject(new Error('No process of a scenario reads several approvals.'));
  return {
    getRecordAndApproval: (key, approvalKey) =>
      processes.port(process, async () => ({
        ...(await ledger.getRecordAndApproval(key, approvalKey)),
        locks: locksFor(environment, attempt),
      })),
    getApproval: (key) => processes.port(process, () => ledger.getApproval(key)),
    listApprovals: (...query) => processes.port(process, () => ownApprovals(...query)),
    ...{
      limitReached: (...asked: Parameters<ApprovalStore['limitReached']>) =>
        processes.port(process, () => ledger.limitReached(...asked)),
      getApprovals: unused,
      openApprovalsOf: unused,
    },
    withdrawApproval: (expected, withdrawal) => {
      const { next, token, entries } = withdrawal;
      const what = () => `the withdrawal of ${next.id}`;
      const calledAt = clock[attempt.clock]();
      return write(what, async () => {
        const result = await ledger.withdrawApproval(expected, withdrawal);
        if (result === 'written') {
          approvals.withdrew(attempt, expected, withdrawal, calledAt);
          if (token) model.committed(attempt, token.expected, token.record, entries.filter(isOfOperation));
          if (token) recorder.committed(attempt, token.expected, token.record, entries);
          else for (const entry of entries) recorder.appended(entry);
        }
        log(() => `  the ledger ${result === 'written' ? 'writes' : 'rejects'} ${what()} for ${attempt.name}`);
        return result;
      });
    },
    putApproval: (expected, next, entry, limits) => {
      const what = () => `${entry.event} of ${next.id}, which is ${next.state}`;
      const calledAt = clock[attempt.clock]();
      return write(what, async () => {
        const result = await ledger.putApproval(expected, next, entry, limits);
        if (result === 'written') {
          approvals.wrote(attempt, expected, next, entry, calledAt);
          recorder.appended(entry);
        } else if (result === 'conflict') approvals.rejected(attempt, next.key, expected);
        log(() => `  the ledger ${result === 'written' ? 'writes' : 'rejects'} ${what()} for ${attempt.name}`);
        return result;
      });
    },
  };
}

/** What a request reads of service accounts: each call takes a turn. */
export function gatedReads({ ledger, processes, log }: Environment, process: Process): AssociationReads {
  const unread = () => Promise.reject(new Error('A request of a scenario does not read this.'));
  return {
    ...{ targetsInCluster: unread, targetsWithRole: unread, targetsOfAssociations: unread, versionsAround: unread },
    ...{ readVersions: unread, getClusterScans: unread },
    getAssociationStates: (targets) =>
      processes.port(process, () => Promise.all(targets.map((target) => ledger.getAssociationState(target)))),
    getAssociationState: (target) =>
      processes.port(process, async () => {
        const state = await ledger.getAssociationState(target);
        log(() => `  ${process.attempt.name} reads the expiry ${state?.expiry?.expiresAt ?? 'none'}`);
        return state;
      }),
  };
}

/** What a scan reads and writes of service accounts: each call takes a turn, and can fail. */
export function gatedObservations(
  environment: Environment,
  process: Process,
  completedAt: number | null,
): AssociationStates & StateRepairs {
  const { ledger, observations, recorder, processes, log } = environment;
  const write = writerOf(environment, process);
  return {
    ...gatedRepairs(environment, process),
    statesOfCluster: (cluster) => processes.port(process, () => ledger.statesOfCluster(cluster)),
    observeAssociation: (revision, change, entry) => {
      const { origin, sight } = change.observed ?? {};
      const what = () =>
        `${sight?.isGone ? 'the absence' : 'the sight'} of ${sight?.associationId}, made by ${origin}, and ${entry?.event ?? 'no entry'}`;
      return write(what, async () => {
        const isWritten = await ledger.observeAssociation(revision, change, entry);
        if (isWritten && observations.observed(process.attempt, change, entry, completedAt)) recorder.scanned();
        log(() => `  the ledger ${isWritten ? 'writes' : 'rejects'} ${what()} for ${process.attempt.name}`);
        return isWritten;
      });
    },
  };
}

/** The lease of the account: each call takes a turn, and can fail. Other scenarios share the ledger, so each has an account of its own. */
export function gatedLease(environment: Environment, process: Process): Pick<ObservationStore, 'putAccountReads'> {
  const { ledger, leases, series, log } = environment;
  const { name } = process.attempt;
  const write = writerOf(environment, process);
  return {
    putAccountReads: (next, now) => {
      const isEnd = next.leaseUntil <= now;
      const what = () => `the ${isEnd ? 'end of the lease' : 'lease'} of the account`;
      return write(what, async () => {
        const result = await ledger.putAccountReads({ ...next, accountId: `${next.accountId}-${series}` }, now);
        const isWritten = result.kind === 'written';
        log(() => `  the ledger ${isWritten ? 'writes' : 'rejects'} ${what()} for ${name}`);
        if (isEnd && isWritten) leases.ended(name);
        else if (isWritten) leases.took(name);
        else if (!isEnd) leases.wasRefused(name);
        return result;
      });
    },
  };
}

/** What repairs read and write of service accounts: each call takes a turn, and can fail. */
export function gatedRepairs(
  environment: Environment,
  process: Process,
): Pick<AssociationStates, 'getAssociationState'> & StateRepairs {
  const { ledger, inProgress, recorder, processes, log } = environment;
  const { name } = process.attempt;
  const write = writerOf(environment, process);
  return {
    getAssociationState: (target) => processes.port(process, () => ledger.getAssociationState(target)),
    repairAssociation: (repair, entry) => {
      const what = () => `the repair of ${repair.recordKey.slice(0, 12)}: ${entry.message}`;
      return write(what, async () => {
        const isWritten = await ledger.repairAssociation(repair, entry);
        if (isWritten) {
          inProgress.repaired(name, repair, entry);
          recorder.appended(entry);
        }
        log(() => `  the ledger ${isWritten ? 'writes' : 'rejects'} ${what()} for ${name}`);
        return isWritten;
      });
    },
  };
}

/** What a run of `expire` reads and writes of service accounts: each call takes a turn, and can fail. */
export function gatedExpiries(environment: Environment, process: Process): AssociationStates & Expiries {
  const { ledger, expiries, bursts, recorder, processes, log } = environment;
  const { attempt } = process;
  const write = writerOf(environment, process);
  return {
    statesOfCluster: (cluster) => processes.port(process, () => ledger.statesOfCluster(cluster)),
    getAssociationState: (target) => processes.port(process, () => ledger.getAssociationState(target)),
    // Other scenarios share the ledger.
    dueExpiries: (due, limit) =>
      processes.port(process, async () => (await ledger.dueExpiries(due, limit)).filter(bursts.isListed)),
    observeAssociation: (revision, change, entry) => {
      const { expiry, target } = change;
      const isOfBurst = target.clusterName === bursts.clusterName;
      const what = () =>
        `the expiry ${expiry ? `${expiry.expiresAt}, ${expiry.suspendedFor ?? (expiry.heldAt === undefined ? 'not suspended' : 'held')}` : 'none'}`;
      return write(what, async () => {
        const isWritten = await ledger.observeAssociation(revision, change, entry);
        const id = isOfBurst ? target.serviceAccount : (expiry?.associationId ?? '');
        if (isWritten) bursts.wrote(attempt.name, id, expiry ?? null, expiries.setterOf);
        if (isOfBurst) return isWritten;
        if (isWritten) expiries.wrote(attempt, change, entry);
        if (isWritten && entry) recorder.appended(entry);
        log(() => `  the ledger ${isWritten ? 'writes' : 'rejects'} ${what()} for ${attempt.name}`);
        return isWritten;
      });
    },
  };
}

/** The lock of a scenario. */
const lock: Lock = { scope: { kind: 'ALL' }, reason: null, lockedBy: 'pat', lockedAt: '2026-11-26T00:00:00.000Z' };

/** EKS as a process uses it: each call takes a turn, and can fail. With an executor, each change first gets a session. */
export function gatedEks(
  { eks, model, expiries, recorder, processes, scenario, log }: Environment,
  process: Process,
): Eks {
  const { attempt, faults } = process;
  const direct = eks.eksFor({
    takeFault: () => {
      if (process.isEksFaultTaken) return null;
      process.isEksFaultTaken = true;
      return faults.eks;
    },
    cannotRead: () => faults.cannotRead,
    isRoleMissing: () => faults.isRoleMissing ?? false,
    onSent: (kind, operationId, associationId) => {
      model.sent(attempt, kind, operationId);
      expiries.sent(attempt, associationId);
      recorder.sent(kind, operationId, associationId);
    },
  });
  const change = async (what: string, { operationId }: ChangeBounds, effect: () => Promise<ChangeResult>) => {
    if (scenario.hasExecutor) {
      await processes.port(process, () => {
        log(() => `  ${attempt.name} gets a session`);
        return Promise.resolve();
      });
    }
    const result = await processes.port(process, async () => {
      const applied = await effect();
      log(() => `  ${attempt.name} sends the ${what} to EKS: ${describeResult(applied)}`);
      return applied;
    });
    if (result.kind !== 'unknown') model.answeredByEks(operationId);
    return result;
  };
  const read = <T extends { readonly kind: string }>(what: string, effect: () => Promise<T>) =>
    processes.port(process, async () => {
      const result = await effect();
      log(
        () =>
          `  ${attempt.name} ${what} at EKS: ${'associationIds' in result ? String(result.associationIds) || 'nothing' : result.kind}`,
      );
      return result;
    });
  return {
    create: (call) => change('create', call, () => direct.create(call)),
    update: (call) => change('update', call, () => direct.update(call)),
    delete: (call) => change('delete', call, () => direct.delete(call)),
    tag: (call) => change('tag', call, () => direct.tag(call)),
    untag: (call) => change('untag', call, () => direct.untag(call)),
    describe: async (id, bounds) => {
      const described = await read('describes', () => direct.describe(id, bounds));
      attempt.shown = described.kind === 'found' ? described.association : null;
      attempt.seen = attempt.shown?.modifiedAt ?? null;
      if (faults.isRoleMissing) attempt.wasDenied = true;
      return described;
    },
    list: (target, bounds) => read('lists', () => direct.list(target, bounds)),
    page: (query, bounds) => read('pages', () => direct.page(query, bounds)),
    describeCluster: (bounds) => read('describes the cluster', () => direct.describeCluster(bounds)),
    callerAccount: (bounds) => read('asks whose credentials it has', () => direct.callerAccount(bounds)),
    describeAddon: (name, bounds) => read('describes an add-on', () => direct.describeAddon(name, bounds)),
    readRole: (roleArn, bounds) => read('reads a role', () => direct.readRole(roleArn, bounds)),
  };
}

function describeResult(result: ChangeResult): string {
  if (result.kind === 'unknown') return 'no response';
  return result.kind === 'rejected' ? result.outcome : result.kind;
}
