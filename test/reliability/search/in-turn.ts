import type { Ledger, IdempotencyRecord } from '../../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../../src/model/audit.ts';
import { createCallers } from './callers.ts';
import { createEks } from './eks.ts';
import { createModel } from './model.ts';
import type { Model } from './model.ts';
import { outsiderAsks } from './play.ts';
import { createProcesses } from './processes.ts';
import type { Process } from './processes.ts';
import { createWitness } from './seen.ts';
import { faultless, schedulerOf } from './story.ts';
import type { AuditEventDetails, Story } from './story.ts';
import { home, ulids } from './world.ts';
import type { World } from './world.ts';

/** All that a ledger had to do with a story: equal for two ledgers, or they don't keep the same contract. */
export interface Transcript {
  /** What everybody was answered, in turn. */
  readonly answers: readonly unknown[];
  /** What the ledger holds in the end, by each way to read it. */
  readonly contents: Readonly<Record<string, unknown>>;
  /** The rules that did not hold. */
  readonly broken: readonly string[];
}

const quietMs = 600_000;

/** Small, so that a trail has several pages. */
const pageSize = 10;

/**
 * Plays a story one caller at a time, each to its end: so it goes the same way on every ledger, however fast that is. A
 * `crash` or a `freeze` strikes the next caller, at its `who`th call to a port; nobody is thawed.
 */
export async function playInTurn(story: Story, ledger: Ledger, series: number): Promise<Transcript> {
  const endTimers = watchTimers();
  try {
    return await playAll(story, ledger, series);
  } finally {
    endTimers();
  }
}

/** Notes the timers that are set; gives what ends those that are left, which are those of processes that are gone. */
function watchTimers(): () => void {
  const { setTimeout } = globalThis;
  const timers: NodeJS.Timeout[] = [];
  const set = (run: () => void, ms?: number) => {
    const timer = setTimeout(run, ms);
    timers.push(timer);
    return timer;
  };
  Object.assign(globalThis, { setTimeout: set });
  return () => {
    Object.assign(globalThis, { setTimeout });
    for (const timer of timers) clearTimeout(timer);
  };
}

async function playAll(story: Story, ledger: Ledger, series: number): Promise<Transcript> {
  const answers: unknown[] = [];
  const broken: string[] = [];
  let now = Date.UTC(2026, 0, 1);
  let isAllowed = true;
  let strikesAt = Infinity;
  /** What the reconciler finds, where that was read already: a read costs DynamoDB sixteen requests. */
  let toSettle: IdempotencyRecord[] | null = null;
  let struck: () => void = () => undefined;
  const clock = () => now;
  const model = createModel(clock, (rule) => broken.push(rule));
  const eks = createEks(clock, story.habits, model.applied);
  const port = async <T>(process: Process, effect: () => Promise<T>): Promise<T> => {
    if (strikesAt-- > 0) return effect();
    process.state = 'gone';
    struck();
    return new Promise(() => undefined);
  };
  const world: World = {
    ...{ eks, clock, series, clusterName: `c${series}`, ulid: ulids(series), tell: () => undefined },
    ledger: { ...ledger, expiredLeases: async () => toSettle ?? (await lapsedOf(model, ledger, now)).slice(0, 1) },
    model: {
      ...model,
      answered(by, answer) {
        answers.push(answer);
        model.answered(by, answer);
      },
      failed(by, error) {
        answers.push(String(error));
        model.failed(by, error);
      },
    },
    witness: createWitness(clock),
    processes: { ...createProcesses(schedulerOf(story), clock), port },
    isAllowed: () => isAllowed,
  };
  const callers = createCallers(world);

  async function alone(work: () => Promise<void>): Promise<void> {
    // Before the work, which may be struck in its first breath.
    const isStruck = new Promise<void>((resolve) => (struck = resolve));
    await Promise.race([work(), isStruck]);
    strikesAt = Infinity;
  }

  function moveClock(ms: number): void {
    const end = now + ms;
    for (let next = eks.due[0]; next && next.at <= end; next = eks.due[0]) {
      eks.due.shift();
      now = Math.max(now, next.at);
      next.run();
    }
    now = end;
  }

  async function happen(details: AuditEventDetails): Promise<void> {
    switch (details.do) {
      case 'ask':
        return alone(() => callers.ask(details.wish, details.faults));
      case 'again':
        return alone(() => callers.askAgain(details.who, details.faults));
      case 'reconcile':
        toSettle = model.records().some(({ state }) => state === 'IN_PROGRESS') ? null : [];
        return alone(() => callers.reconcile(details.faults));
      case 'crash':
      case 'freeze':
        strikesAt = details.who;
        return;
      case 'thaw':
        return;
      case 'clock':
        moveClock(details.ms);
        return;
      case 'policy':
        isAllowed = details.allows;
        return;
      case 'outsider':
        outsiderAsks(world, details.what);
    }
  }

  if (story.isTaken) await happen({ do: 'outsider', what: 'create' });
  for (const { details } of story.steps) await happen(details);
  strikesAt = Infinity;
  moveClock(quietMs);
  // Where nothing is open none is to be found, which is looked at less often: it costs DynamoDB most of all.
  const isOpen = model.records().some(({ state }) => state === 'IN_PROGRESS');
  const lapsed = isOpen || series % 4 === 0 ? await lapsedOf(model, ledger, now) : [];
  // One at a time, so that all settlers run the same way.
  for (const record of lapsed) {
    toSettle = [record];
    await callers.reconcile(faultless);
  }
  model.atRest(eks.associations());
  return { answers, broken, contents: { lapsed, ...(await contentsOf(model, ledger, world.clusterName)) } };
}

const maxLapsed = 100;

/** Records of this story with a lapsed lease, in one order: of those that lapsed at the same time, any may be first. */
async function lapsedOf(model: Model, ledger: Ledger, now: number): Promise<IdempotencyRecord[]> {
  const keys = model.records().map(({ idempotencyKey }) => idempotencyKey);
  if (keys.length === 0) return [];
  const lapsed = (await ledger.expiredLeases(now, maxLapsed)).filter(({ idempotencyKey }) =>
    keys.includes(idempotencyKey),
  );
  return lapsed.sort(
    (one, other) => one.leaseUntil - other.leaseUntil || (one.idempotencyKey < other.idempotencyKey ? -1 : 1),
  );
}

async function contentsOf(model: Model, ledger: Ledger, clusterName: string) {
  const operations = [...new Set(model.written().map(({ operationId }) => operationId))];
  const [associationArn] = model.written().flatMap((entry) => entry.associationArn ?? []);
  return {
    records: await Promise.all(model.records().map(({ idempotencyKey }) => ledger.getRecord(idempotencyKey))),
    entries: await Promise.all(operations.map((id) => ledger.operationEntries(id))),
    cluster: await wholeTrail(ledger, { kind: 'cluster', ...home, clusterName }),
    association: associationArn === undefined ? [] : await wholeTrail(ledger, { kind: 'association', associationArn }),
  };
}

/** A section of the trail, page by page. */
async function wholeTrail(
  ledger: Ledger,
  section: Parameters<Ledger['readTrail']>[0]['partition'],
): Promise<AuditEntry[]> {
  const query = { partition: section, since: null, until: null, events: null, operations: null, limit: pageSize };
  const entries: AuditEntry[] = [];
  for (let before: string | null = null; ;) {
    const page = await ledger.readTrail({ ...query, before });
    entries.push(...page.entries);
    if (page.next === null) return entries;
    before = page.next;
  }
}
