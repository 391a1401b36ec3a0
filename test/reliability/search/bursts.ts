import type { Eks } from '../../../src/eks/eks.ts';
import type { Ending, ListedEnding } from '../../../src/ledger/association-ending.ts';
import type { AssociationState } from '../../../src/ledger/association-state.ts';
import type { IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { Association } from '../../../src/model/association.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import type { Lock } from '../../../src/model/lock.ts';
import { home } from './home.ts';
import type { EndingModel } from './model-endings.ts';
import type { ScenarioClock } from './scenario-clock.ts';
import type { Burst, Setter } from './scenario.ts';
import type { ScenarioStore } from './store.ts';

/** The endings of several setters beside that of the scenario's association, and their reference model. */
export type Bursts = ReturnType<typeof makeBursts>;

/** What a run of `expire` may do, as `docs/reliability.md` says. */
export const limits = { burstAbove: 3, graceMs: 3_600_000, maxPerSetter: 4, warningMs: 86_400_000 };

/** `CLOCK_ERROR_MS`, and how far the clock of a run can be set back during it. */
const marginMs = 61_000;

interface OwnEnding {
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
export interface RunOfEndings {
  readonly name: string;
  readonly startedAt: number;
  /** The endings that were due and not under a lock when it began, and those whose delete it began. */
  readonly due: readonly OwnEnding[];
  readonly ended: Map<Setter, OwnEnding[]>;
  readonly lockChanges: number;
}

/**
 * Stores endings of setters in a cluster of their own, as requests that ran to their end before, and checks what runs do with them: nobody's are late because of
 * others, bursts are held once and for the grace, and the earliest go first.
 */
export function makeBursts(
  clock: Pick<ScenarioClock, 'now' | 'gateway' | 'eks' | 'expireRun'>,
  ledger: ScenarioStore,
  scenarioCluster: string,
  broken: (rule: string) => void,
) {
  const clusterName = `${scenarioCluster}-bursts`;
  const endings = new Map<string, OwnEnding>();
  const operations = new Set<string>();
  const runs = new Map<string, RunOfEndings>();
  /** When endings were held, by the operation that set them. */
  const held = new Map<string, number>();
  /** Whose changes are locked, and how often that has changed. */
  const locks = new Set<'all' | 'mallory'>();
  let lockChanges = 0;

  const isDue = (one: OwnEnding, at: number) => Math.max(one.expiresAt, one.nextAt) + marginMs < at;
  const isLocked = ({ setter }: OwnEnding) => locks.has('all') || (setter === 'mallory' && locks.has('mallory'));
  const wereLocksChanged = (name: string) => runs.get(name)?.lockChanges !== lockChanges;

  /** Whether a run had all turns of a setter; the scenario's association may have had one of them. */
  const hasUsedTurns = (name: string, setter: string | null, taken: number) =>
    [...(runs.get(name)?.ended ?? [])].some(
      ([of, ended]) => of === setter && ended.length + taken >= limits.maxPerSetter,
    );

  /** A delete at an ending begins. */
  function begins(run: RunOfEndings | undefined, one: OwnEnding): void {
    const what = `${run?.name} began to end ${one.association.associationId} of ${one.setter}`;
    const earliest = Math.min(clock.now(), clock.gateway(), clock.eks());
    if (earliest <= one.expiresAt) broken(`${what}, although a clock still shows an earlier time`);
    // Of two runs at the same time, one may hold what the other has listed.
    const wasHeld = ({ heldAt }: OwnEnding) => heldAt !== null && heldAt < (run?.startedAt ?? 0);
    if (wasHeld(one) && clock.expireRun() <= (one.heldAt ?? 0) + limits.graceMs) broken(`${what} during its hold`);
    if (run && isLocked(one) && run.lockChanges === lockChanges) broken(`${what} under a lock`);
    const ended = run?.ended.get(one.setter) ?? [];
    const unheld = [...ended, one].filter((each) => !wasHeld(each)).length;
    if (unheld > limits.burstAbove) broken(`${what}, the last of a burst that was not held`);
    if (ended.length >= limits.maxPerSetter) broken(`${what}, with more turns than a setter has in a run`);
    if (ended.some(({ expiresAt }) => expiresAt > one.expiresAt)) broken(`${what} after a later one`);
    run?.ended.set(one.setter, [...ended, one]);
  }

  return {
    clusterName,
    areUsed: () => endings.size > 0,
    /** Requests of a setter set endings, each of an association of its own. */
    async set({ setter, count, endsInMs }: Burst): Promise<void> {
      for (let index = 0; index < count; index += 1) {
        const associationId = `b-${String(endings.size + 1).padStart(17, '0')}`;
        const target = { ...home, clusterName, namespace: 'bursts', serviceAccount: associationId };
        const at = new Date(clock.gateway()).toISOString();
        const association: Association = {
          ...target,
          associationId,
          associationArn: `arn:aws:eks:${home.region}:${home.accountId}:podidentityassociation/${clusterName}/${associationId}`,
          ...{ roleArn: 'role', targetRoleArn: null, disableSessionTags: false, policy: null, tags: [] },
          ...{ createdAt: at, modifiedAt: at, ownerArn: null, externalId: null },
        };
        // The first that are stored end last: the order of keys is not that of endings.
        const expiresAt = clock.gateway() + endsInMs + (count - index);
        const ending: Ending = {
          ...{ associationId, expiresAt: new Date(expiresAt).toISOString(), setBy: `${clusterName} ${associationId}` },
          ...{ isWarned: true, nextAt: expiresAt, suspendedFor: null },
          setter: { principalId: setter, actorId: null, onBehalfOf: null },
        };
        const operation = 'CREATE_POD_IDENTITY_ASSOCIATION' as const;
        const confirmed = { association, isDeleted: false, operationId: ending.setBy, operation, declaration: null };
        const none = { openOperations: [], endedOperationIds: [] };
        await ledger.observeAssociation(0, { target, confirmed, ending, ...none }, null);
        endings.set(associationId, {
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
    /** Whether a commit is of these endings, and not of the scenario's association. */
    owns: ({ operationId }: Pick<IdempotencyRecord, 'operationId'>, entries: readonly AuditEntry[]): boolean =>
      operations.has(operationId) || entries.some(({ target }) => target?.clusterName === clusterName),
    /** A commit of these endings became durable. */
    committed(by: string, entries: readonly AuditEntry[]): void {
      for (const { event, operationId, target } of entries) {
        operations.add(operationId);
        const one = endings.get(target?.serviceAccount ?? '');
        if (event === 'INTENT' && one) begins(runs.get(by), one);
        if (one) one.isOpen = event === 'INTENT';
      }
    },
    /** A run wrote an ending. A hold is of a burst, and the only one of its ending. */
    wrote(by: string, associationId: string, ending: Ending | null, setterOf: EndingModel['setterOf']): void {
      const one = endings.get(associationId);
      if (one && ending) one.nextAt = ending.nextAt;
      if (ending?.heldAt === undefined || held.get(ending.setBy) === ending.heldAt) return;
      if (held.has(ending.setBy)) broken(`${by} held the ending of ${associationId} a second time`);
      held.set(ending.setBy, ending.heldAt);
      const of = one?.setter ?? setterOf(associationId);
      if (ending.nextAt !== ending.heldAt + limits.graceMs)
        broken(`${by} held ${associationId} until ${ending.nextAt}`);
      const due = [...endings.values()].filter((other) => other.setter === of && other.expiresAt < clock.expireRun());
      // The scenario's association may have one of this setter too.
      const count = due.length + (setterOf(null) === of || !one ? 1 : 0);
      if (count <= limits.burstAbove) broken(`${by} held the ending of ${associationId}, one of ${count} of ${of}`);
      if (one) one.heldAt = ending.heldAt;
    },
    /** A run begins. */
    began(name: string): void {
      const startedAt = clock.expireRun();
      const due = [...endings.values()].filter((one) => !one.isOver && isDue(one, startedAt) && !isLocked(one));
      runs.set(name, { name, startedAt, due, ended: new Map(), lockChanges });
    },
    /** A run without a fault has ended in time: none that was due remains without a reason of its own. */
    completed(name: string, taken: number): void {
      if (wereLocksChanged(name)) return;
      for (const one of runs.get(name)?.due ?? []) {
        if (one.isOver || one.isOpen || isLocked(one) || !isDue(one, clock.expireRun())) continue;
        if (hasUsedTurns(name, one.setter, taken)) continue;
        broken(`${name} left the ending of ${one.association.associationId} of ${one.setter}, which was due`);
      }
    },
    /** A run left the ending of the scenario's association: only if its setter had all its turns. */
    left(name: string, setter: string | null): void {
      if (!wereLocksChanged(name) && !hasUsedTurns(name, setter, 0))
        broken(`${name} left the ending of the scenario's association, which nothing kept`);
    },
    /** Whether an ending of the scenario's association is due for a run that begins, and nothing keeps it. */
    isReady: ({ ending, openOperations, recordsInProgress }: AssociationState): boolean => {
      // A key that another version of the gateway left keeps it until a scan repairs the state.
      if (!ending || recordsInProgress.length > 0) return false;
      if (openOperations.some(({ closedAt }) => closedAt === null)) return false;
      return Math.max(Date.parse(ending.expiresAt), ending.nextAt) + marginMs < clock.expireRun();
    },
    /** EKS of the cluster of these endings. It meets no faults, but those of reads. */
    eks: (direct: Eks): Eks => ({
      ...direct,
      describe: async (associationId) => {
        const one = endings.get(associationId);
        return one && !one.isOver ? { kind: 'found', association: one.association } : { kind: 'absent' };
      },
      delete: async ({ request }) => {
        const one = endings.get(request.associationId);
        if (!one || one.isOver)
          return { kind: 'not-found', error: { exception: 'NotFound', message: '', requestId: null } };
        one.isOver = true;
        return { kind: 'done', association: one.association, requestId: null };
      },
    }),
    /** Own endings and those of the scenario; others share the ledger. */
    isListed: ({ target }: ListedEnding) => [clusterName, scenarioCluster].includes(target.clusterName),
    /** Checks, after runs long after every hold, that all ended which no lock stops. */
    atRest(): void {
      for (const one of endings.values())
        if (!one.isOver && !isLocked(one))
          broken(`${one.association.associationId} of ${one.setter} is there after its ending`);
    },
  };
}

const lockOfMallory: Lock = {
  ...{ scope: { kind: 'PRINCIPAL', principalId: 'mallory' }, reason: null, lockedBy: 'pat' },
  lockedAt: '2026-11-26T00:00:00.000Z',
};
