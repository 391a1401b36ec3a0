import type { Eks } from '../../../src/eks/eks.ts';
import type { Expiry, ListedExpiry } from '../../../src/ledger/association-expiry.ts';
import type { AssociationState } from '../../../src/ledger/association-state.ts';
import type { IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Lock } from '../../../src/model/lock.ts';
import { home } from './home.ts';
import type { ExpiryModel } from './model-expiries.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import type { Burst, Setter } from './scenario.ts';
import type { ScenarioStore } from './store.ts';

/** The expiries of several setters beside that of the scenario's association, and their reference model. */
export type Bursts = ReturnType<typeof makeBursts>;

/** What a run of `expire` may do, as `docs/reliability.md` says. */
export const limits = { burstAbove: 3, graceMs: 3_600_000, maxPerSetter: 4, warningMs: 86_400_000 };

/** `CLOCK_ERROR_MS`, and how far the clock of a run can be set back during it. */
const marginMs = 61_000;

interface OwnExpiry {
  readonly setter: Setter;
  readonly association: Association;
  readonly expiresAt: number;
  /** When it is examined next, as the last write says; once held, the end of the hold. */
  nextAt: number;
  heldAt: number | null;
  /** Whether a delete of it is in progress. */
  isOpen: boolean;
  isOver: boolean;
}

/** What a run of `expire` did, and how it began. */
export interface RunOfExpiries {
  readonly name: string;
  readonly startedAt: number;
  /** The expiries that were due and not under a lock when it began, and those whose delete it began. */
  readonly due: readonly OwnExpiry[];
  readonly ended: Map<Setter, OwnExpiry[]>;
  readonly lockChanges: number;
  /** How many of its ledger writes fail: an expiry whose outcome it does not know uses no turn. */
  readonly failedWrites: number;
}

/**
 * Stores expiries of setters in a cluster of their own, as requests that ran to their end before, and checks what runs do with them: nobody's are late because of
 * others, bursts are held once and for the grace, and the earliest go first.
 */
export function makeBursts(
  clock: Pick<ScenarioClock, 'now' | 'gateway' | 'eks' | 'expireRun'>,
  ledger: ScenarioStore,
  scenarioCluster: string,
  broken: (rule: string) => void,
) {
  const clusterName = `${scenarioCluster}-bursts`;
  const expiries = new Map<string, OwnExpiry>();
  const operations = new Set<string>();
  const runs = new Map<string, RunOfExpiries>();
  /** When expiries were held, by the operation that set them. */
  const held = new Map<string, number>();
  /** Whose changes are locked, and how often that has changed. */
  const locks = new Set<'all' | 'mallory'>();
  let lockChanges = 0;

  const isDue = (one: OwnExpiry, at: number) => Math.max(one.expiresAt, one.nextAt) + marginMs < at;
  const isLocked = ({ setter }: OwnExpiry) => locks.has('all') || (setter === 'mallory' && locks.has('mallory'));
  const wereLocksChanged = (name: string) => runs.get(name)?.lockChanges !== lockChanges;

  /** Whether a run had all turns of a setter; the scenario's association may have had one of them. */
  const hasUsedTurns = (name: string, setter: string | null, taken: number) =>
    [...(runs.get(name)?.ended ?? [])].some(
      ([of, ended]) => of === setter && ended.length + taken >= limits.maxPerSetter,
    );

  /** A delete at an expiry begins. */
  function begins(run: RunOfExpiries | undefined, one: OwnExpiry): void {
    const what = `${run?.name} began to end ${one.association.associationId} of ${one.setter}`;
    const earliest = Math.min(clock.now(), clock.gateway(), clock.eks());
    if (earliest <= one.expiresAt) broken(`${what}, although a clock still shows an earlier time`);
    // Of two runs at the same time, one may hold what the other has listed.
    const wasHeld = ({ heldAt }: OwnExpiry) => heldAt !== null && heldAt < (run?.startedAt ?? 0);
    if (wasHeld(one) && clock.expireRun() <= (one.heldAt ?? 0) + limits.graceMs) broken(`${what} during its hold`);
    if (run && isLocked(one) && run.lockChanges === lockChanges) broken(`${what} under a lock`);
    const ended = run?.ended.get(one.setter) ?? [];
    const unheld = [...ended, one].filter((each) => !wasHeld(each)).length;
    if (unheld > limits.burstAbove) broken(`${what}, the last of a burst that was not held`);
    if (ended.length >= limits.maxPerSetter + (run?.failedWrites ?? 0))
      broken(`${what}, with more turns than a setter has in a run`);
    if (ended.some(({ expiresAt }) => expiresAt > one.expiresAt)) broken(`${what} after a later one`);
    run?.ended.set(one.setter, [...ended, one]);
  }

  return {
    clusterName,
    areUsed: () => expiries.size > 0,
    /** Requests of a setter set expiries, each of an association of its own. */
    async set({ setter, count, endsInMs }: Burst): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        const associationId = `b-${String(expiries.size + 1).padStart(17, '0')}`;
        const target = { ...home, clusterName, namespace: 'bursts', serviceAccount: associationId };
        const at = new Date(clock.gateway()).toISOString();
        const association: Association = {
          ...target,
          associationId,
          associationArn: `arn:aws:eks:${home.region}:${home.accountId}:podidentityassociation/${clusterName}/${associationId}`,
          ...{ roleArn: 'role', targetRoleArn: null, disableSessionTags: false, policy: null, tags: [] },
          ...{ createdAt: at, modifiedAt: at, ownerArn: null, externalId: null },
        };
        // The first that are stored end last: the order of keys is not that of expiries.
        const expiresAt = clock.gateway() + endsInMs + (count - index);
        const expiry: Expiry = {
          ...{ associationId, expiresAt: new Date(expiresAt).toISOString(), setBy: `${clusterName} ${associationId}` },
          ...{ isWarned: true, nextAt: expiresAt, suspendedFor: null },
          setter: { principalId: setter, actorId: null, onBehalfOf: null },
        };
        const operation = 'CREATE_POD_IDENTITY_ASSOCIATION' as const;
        const confirmed = { association, isDeleted: false, operationId: expiry.setBy, operation, declaration: null };
        const none = { openOperations: [], endedOperationIds: [] };
        await ledger.observeAssociation(0, { target, confirmed, expiry, ...none }, null);
        expiries.set(associationId, {
          ...{ setter, association, expiresAt, nextAt: expiresAt, heldAt: null, isOpen: false, isOver: false },
        });
      }
    },
    lock(whose: 'all' | 'mallory', isSet: boolean): void {
      if (isSet) locks.add(whose);
      else locks.delete(whose);
      lockChanges += 1;
    },
    locks: (): Lock[] => (locks.has('mallory') ? [lockOfMallory] : []),
    /** Whether a commit is of these expiries, and not of the scenario's association. */
    owns: ({ operationId }: Pick<IdempotencyRecord, 'operationId'>, entries: readonly AuditEntry[]): boolean =>
      operations.has(operationId) || entries.some(({ target }) => target?.clusterName === clusterName),
    /** A commit of these expiries became durable. */
    committed(by: string, entries: readonly AuditEntry[]): void {
      for (const { event, operationId, target } of entries) {
        operations.add(operationId);
        const one = expiries.get(target?.serviceAccount ?? '');
        if (event === 'INTENT' && one) begins(runs.get(by), one);
        if (one) one.isOpen = event === 'INTENT';
      }
    },
    /** A run wrote an expiry. A hold is of a burst, and the only one of its expiry. */
    wrote(by: string, associationId: string, expiry: Expiry | null, setterOf: ExpiryModel['setterOf']): void {
      const one = expiries.get(associationId);
      if (one && expiry) one.nextAt = expiry.nextAt;
      if (expiry?.heldAt === undefined || held.get(expiry.setBy) === expiry.heldAt) return;
      if (held.has(expiry.setBy)) broken(`${by} held the expiry of ${associationId} a second time`);
      held.set(expiry.setBy, expiry.heldAt);
      const of = one?.setter ?? setterOf(associationId);
      if (expiry.nextAt !== expiry.heldAt + limits.graceMs)
        broken(`${by} held ${associationId} until ${expiry.nextAt}`);
      const due = [...expiries.values()].filter((other) => other.setter === of && other.expiresAt < clock.expireRun());
      // The scenario's association may have one of this setter too.
      const count = due.length + (setterOf(null) === of || !one ? 1 : 0);
      if (count <= limits.burstAbove) broken(`${by} held the expiry of ${associationId}, one of ${count} of ${of}`);
      if (one) one.heldAt = expiry.heldAt;
    },
    /** A run begins. */
    began(name: string, failedWrites: number): void {
      const startedAt = clock.expireRun();
      const due = [...expiries.values()].filter((one) => !one.isOver && isDue(one, startedAt) && !isLocked(one));
      runs.set(name, { name, startedAt, due, ended: new Map(), lockChanges, failedWrites });
    },
    /** A run without a fault has ended in time: none that was due remains without a reason of its own. */
    completed(name: string, taken: number): void {
      if (wereLocksChanged(name)) return;
      for (const one of runs.get(name)?.due ?? []) {
        if (one.isOver || one.isOpen || isLocked(one) || !isDue(one, clock.expireRun())) continue;
        if (hasUsedTurns(name, one.setter, taken)) continue;
        broken(`${name} left the expiry of ${one.association.associationId} of ${one.setter}, which was due`);
      }
    },
    /** A run left the expiry of the scenario's association: only if its setter had all its turns. */
    left(name: string, setter: string | null): void {
      if (!wereLocksChanged(name) && !hasUsedTurns(name, setter, 0))
        broken(`${name} left the expiry of the scenario's association, which nothing kept`);
    },
    /** Whether an expiry of the scenario's association is due for a run that begins, and nothing keeps it. */
    isReady: ({ expiry, openOperations, recordsInProgress }: AssociationState): boolean => {
      // A key that another version of the gateway left keeps it until a scan repairs the state.
      if (!expiry || recordsInProgress.length > 0) return false;
      if (openOperations.some(({ closedAt }) => closedAt === null)) return false;
      return Math.max(Date.parse(expiry.expiresAt), expiry.nextAt) + marginMs < clock.expireRun();
    },
    /** EKS of the cluster of these expiries. It meets no faults, but those of reads. */
    eks: (direct: Eks): Eks => ({
      ...direct,
      describe: async (associationId) => {
        const one = expiries.get(associationId);
        return one && !one.isOver ? { kind: 'found', association: one.association } : { kind: 'absent' };
      },
      delete: async ({ request }) => {
        const one = expiries.get(request.associationId);
        if (!one || one.isOver)
          return { kind: 'not-found', error: { exception: 'NotFound', message: '', requestId: null } };
        one.isOver = true;
        return { kind: 'done', association: one.association, requestId: null };
      },
    }),
    /** Own expiries and those of the scenario; others share the ledger. */
    isListed: ({ target }: ListedExpiry) => [clusterName, scenarioCluster].includes(target.clusterName),
    /** Checks, after runs long after every hold, that all ended which no lock stops. */
    atRest(): void {
      for (const one of expiries.values())
        if (!one.isOver && !isLocked(one))
          broken(`${one.association.associationId} of ${one.setter} is there after its expiry`);
    },
  };
}

const lockOfMallory: Lock = {
  ...{ scope: { kind: 'PRINCIPAL', principalId: 'mallory' }, reason: null, lockedBy: 'pat' },
  lockedAt: '2026-11-26T00:00:00.000Z',
};
