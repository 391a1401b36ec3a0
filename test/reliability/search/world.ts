import { encodeTime } from 'ulid';
import { defaultDescribeLimits } from '../../../src/operations/dependencies.ts';
import { defaultTimes } from '../../../src/idempotency/times.ts';
import type { Dependencies } from '../../../src/operations/dependencies.ts';
import type { ChangeResult, Eks } from '../../../src/eks/eks.ts';
import { LedgerUnavailable } from '../../../src/ledger/ledger.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { Decision } from '../../../src/model/decision.ts';
import type { MemoryEks } from './eks.ts';
import type { Model } from './model.ts';
import type { Process, Processes } from './processes.ts';
import type { Witness } from './seen.ts';

/** What all processes of a story share. */
export interface World {
  readonly ledger: Ledger;
  readonly eks: MemoryEks;
  readonly model: Model;
  readonly witness: Witness;
  readonly processes: Processes;
  /** Tells stories in one ledger apart. */
  readonly series: number;
  readonly clusterName: string;
  readonly clock: () => number;
  readonly ulid: (time: number) => string;
  readonly isAllowed: () => boolean;
  /** A line of the story; made only where it is read. */
  readonly tell: (line: () => string) => void;
}

/** Account and region of everything in a story. */
export const home = { accountId: '111122223333', region: 'eu-central-1' };

/** The one that all of them are after. */
export const serviceAccount = { namespace: 'payments', serviceAccount: 'api' };

/** A role in the account. */
export function roleArn(name: string): string {
  return `arn:aws:iam::${home.accountId}:role/pods/${name}`;
}

/** Times as they are in AWS; only a role is asked for once, as that waits by the machine's clock. */
export const times = { ...defaultTimes, roleRetryMs: 0 };

/** The parts of one process: the real operations over the real ledger, each call to a port of which is a turn. */
export function partsOf(world: World, process: Process): Dependencies {
  const { clock, ulid } = world;
  const eks = gatedEks(world, process);
  return {
    ledger: gatedLedger(world, process),
    authorize: (_, { action }) => {
      const allowed = action === 'DescribePodIdentityAssociation' || world.isAllowed();
      if (action !== 'DescribePodIdentityAssociation') process.context.isDenied = !allowed;
      return allowed ? allow : deny;
    },
    eksFor: () => eks,
    serves: () => true,
    clock,
    ulid,
    home,
    times,
    describeLimits: defaultDescribeLimits,
    log: () => undefined,
  };
}

function gatedLedger(world: World, process: Process): Ledger {
  const { ledger, model, processes, tell } = world;
  const { context } = process;
  const read = <T>(effect: () => Promise<T>) => processes.port(process, effect);
  const write = <T>(what: () => string, effect: () => Promise<T>) =>
    processes.port(process, async () => {
      const fault = process.faults.ledger?.write === process.writes++ ? process.faults.ledger.kind : null;
      if (fault === 'down') {
        tell(() => `  the ledger is down, and does not write ${what()} for ${context.name}`);
        throw new LedgerUnavailable(new Error('down'));
      }
      const result = await effect();
      if (fault === 'lost') {
        tell(() => `  the answer to ${context.name} is lost`);
        throw new LedgerUnavailable(new Error('lost'));
      }
      return result;
    });
  return {
    commit: (expected, next, entries) => {
      const what = () => `${entries.map(({ event }) => event).join(' and ')} (${expected.kind}; fence ${next.fence})`;
      return write(what, async () => {
        const result = await ledger.commit(expected, next, entries);
        if (result.kind === 'committed') model.committed(context, expected, next, entries);
        else model.conflicted(context, expected, next.idempotencyKey);
        tell(() => `  the ledger ${result.kind === 'committed' ? 'writes' : 'refuses'} ${what()} for ${context.name}`);
        return result;
      });
    },
    appendEntry: (entry) =>
      write(
        () => entry.event,
        async () => {
          await ledger.appendEntry(entry);
          model.appended(entry);
          tell(() => `  the ledger writes ${entry.event} for ${context.name}`);
        },
      ),
    getRecord: (key) => read(() => ledger.getRecord(key)),
    getEntry: (key) => read(() => ledger.getEntry(key)),
    operationEntries: (id) => read(() => ledger.operationEntries(id)),
    readTrail: (query) => read(() => ledger.readTrail(query)),
    expiredLeases: (now, limit) => read(() => ledger.expiredLeases(now, limit)),
    close: () => undefined,
  };
}

function gatedEks({ eks, model, witness, processes, tell }: World, process: Process): Eks {
  const { context, faults } = process;
  const direct = eks.eksFor({
    takeFault: () => {
      if (process.isEksFaultTaken) return null;
      process.isEksFaultTaken = true;
      return faults.eks;
    },
    cannotRead: () => faults.cannotRead,
    onSent: (kind, operationId, associationId) => {
      model.sent(context, kind, operationId);
      witness.sent(kind, operationId, associationId);
    },
  });
  const change = (what: string, effect: () => Promise<ChangeResult>) =>
    processes.port(process, async () => {
      const result = await effect();
      tell(() => `  ${context.name} asks EKS for the ${what}: ${toldResult(result)}`);
      return result;
    });
  const read = <T extends { readonly kind: string }>(what: string, effect: () => Promise<T>) =>
    processes.port(process, async () => {
      const result = await effect();
      tell(
        () =>
          `  ${context.name} ${what} at EKS: ${'associationIds' in result ? String(result.associationIds) || 'nothing' : result.kind}`,
      );
      return result;
    });
  return {
    create: (call) => change('create', () => direct.create(call)),
    update: (call) => change('update', () => direct.update(call)),
    delete: (call) => change('delete', () => direct.delete(call)),
    describe: (id, bounds) => read('describes', () => direct.describe(id, bounds)),
    list: (target, bounds) => read('lists', () => direct.list(target, bounds)),
    page: (query, bounds) => read('pages', () => direct.page(query, bounds)),
  };
}

const decision: Omit<Decision, 'allowed' | 'violations' | 'policyIds'> = {
  failed: false,
  policySetHash: '0'.repeat(64),
  inventoryHash: '0'.repeat(64),
  slice: { cluster: null, namespace: null, services: [] },
};
const allow: Decision = { ...decision, allowed: true, policyIds: ['by-the-story'], violations: [] };
const violation = { policyId: 'by-the-story', message: 'The story denies it.', advice: null };
const deny: Decision = { ...decision, allowed: false, policyIds: ['by-the-story'], violations: [violation] };

/** ULIDs that sort in the order in which they were made, by all processes together. `series` tells stories apart. */
export function ulids(series: number): (time: number) => string {
  let last = 0;
  let count = 0;
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  return (time) => {
    last = Math.max(last, time);
    return encodeTime(last) + digits(series, 9) + digits((count += 1), 7);
  };
}

function toldResult(result: ChangeResult): string {
  if (result.kind === 'unknown') return 'no answer';
  return result.kind === 'rejected' ? result.outcome : result.kind;
}
