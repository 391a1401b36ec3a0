import type { Consumption } from '../capacity.ts';
import { createRandom, pick } from '../random.ts';
import { openLargeGateway } from './gateway.ts';
import { large, teamsOf } from './population.ts';
import type { Team } from './population.ts';
import { loop, requestKinds } from './requests.ts';
import type { DayRequest, Holdings, RequestKind } from './requests.ts';

/** What the requests of one kind needed, in total. */
export interface KindCosts {
  readonly kind: string;
  requests: number;
  dynamoDbCalls: number;
  eksCalls: number;
  logBytes: number;
  answerBytes: number;
  /** Processor time in milliseconds, with that of the simulated EKS. */
  cpuMs: number;
  /** Entries of the audit trail, and their bytes in the table and in each index. */
  entries: number;
  entryBytes: number;
  /** Units by table and index, such as `audit.byTime`, and by `write` or `read`. */
  readonly units: Record<string, number>;
}

/** Units of a key. */
interface KeyUnits {
  readonly source: string;
  readonly key: string;
  units: number;
}

/** A played day. */
export interface PlayedDay {
  readonly requests: number;
  readonly accounts: number;
  readonly clusters: number;
  readonly kinds: readonly KindCosts[];
  /** EKS calls by operation, and those of the account with the most. */
  readonly eksCalls: Readonly<Record<string, number>>;
  readonly eksCallsOfBusiestAccount: number;
  /** Roles assumed by the one process that played the day. */
  readonly stsCalls: number;
  readonly accountsReached: number;
  /** By table and index, such as `audit.byTime write`: the most units of a key, also of the loop and of the others alone. */
  readonly hottest: Readonly<Record<string, HottestKeys>>;
}

/** The most units of one key, and how many keys there were. */
interface HottestKeys {
  readonly units: number;
  readonly ofLoop: number;
  readonly ofOthers: number;
  readonly keys: number;
}

/** How many people a team has. */
const people = 5;

/**
 * Plays a day in small, one request after the other: a share of the requests is the loop of the first team, the others are of teams of
 * which the busiest has the most (Zipf's law). The same count plays the same day, except for random ids.
 *
 * @param endpoint of DynamoDB Local
 */
export async function playDay(endpoint: string, requests: number): Promise<PlayedDay> {
  const random = createRandom(20_261_126);
  const kinds = new Map<string, KindCosts>();
  const keys = {
    all: new Map<string, KeyUnits>(),
    loop: new Map<string, KeyUnits>(),
    others: new Map<string, KeyUnits>(),
  };
  let current = costsOf(kinds, loop.name);
  const gateway = await openLargeGateway(large, endpoint, {
    called: () => (current.dynamoDbCalls += 1),
    consumed: (consumption) => {
      if (consumption.units > 0) add(current.units, sourceOf(consumption), consumption.units);
      addKey(keys.all, consumption);
      addKey(current.kind === loop.name ? keys.loop : keys.others, consumption);
    },
    writing: (table, bytes) => {
      if (table === 'idempotency') return;
      current.entries += 1;
      current.entryBytes += bytes;
    },
  });
  const teams = teamsOf(large);
  const holdings = new Map<Team, Holdings>();
  const eksCalls: Record<string, number> = {};
  const eksCallsByAccount: Record<string, number> = {};
  for (let index = 0; index < requests; index += 1) {
    const kind = kindOf(random, holdings);
    const team = teamOf(kind, teams, holdings, random);
    const held = holdings.get(team) ?? [];
    holdings.set(team, held);
    const request = kind.make(team, held, random);
    current = costsOf(kinds, kind.name);
    const logBytes = gateway.logBytes();
    const anyone = kind === loop ? 'looping' : `${team.name}-${Math.floor(random() * people)}`;
    const sub = request.sub ?? anyone;
    const cpu = process.cpuUsage();
    const answer = await gateway.send(sub, team, request);
    const { user, system } = process.cpuUsage(cpu);
    for (const { operation, cluster } of gateway.control.requests()) {
      add(eksCalls, operation ?? 'unknown', 1);
      add(eksCallsByAccount, cluster?.accountId ?? team.accountId, 1);
      current.eksCalls += 1;
    }
    gateway.control.clearRequests();
    current.requests += 1;
    current.cpuMs += (user + system) / 1_000;
    current.logBytes += gateway.logBytes() - logBytes;
    current.answerBytes += Buffer.byteLength(answer);
    keep(held, kind, request, sub, answer);
    if ((index + 1) % 500 === 0) process.stderr.write(`  ${index + 1} of ${requests} requests\n`);
  }
  const stsCalls = gateway.stsCalls();
  await gateway.close();
  return {
    requests,
    ...large,
    kinds: [...kinds.values()],
    eksCalls,
    eksCallsOfBusiestAccount: Math.max(...Object.values(eksCallsByAccount)),
    stsCalls,
    accountsReached: Object.keys(eksCallsByAccount).length,
    hottest: hottestOf(keys),
  };
}

/** The kind of the next request: a create as long as nothing exists that it could be about. */
function kindOf(random: () => number, holdings: ReadonlyMap<Team, Holdings>): RequestKind {
  if (random() * 100 < loop.percent) return loop;
  const kind = pick(random, requestKinds, ({ percent }) => percent);
  const create = requestKinds.find(({ name }) => name === 'create');
  const isPossible = kind.isAboutHoldings !== true || [...holdings.values()].some(({ length }) => length > 0);
  return isPossible || create === undefined ? kind : create;
}

/** The team of a request: the first for the loop, else any that has what the request is about, the first the most often. */
function teamOf(
  kind: RequestKind,
  teams: readonly Team[],
  holdings: ReadonlyMap<Team, Holdings>,
  random: () => number,
): Team {
  const able = kind.isAboutHoldings ? teams.filter((team) => (holdings.get(team)?.length ?? 0) > 0) : teams;
  return pick(random, kind === loop ? teams.slice(0, 1) : able, ({ index }) => 1 / (index + 1));
}

/** Keeps what a create created, and drops what a delete deleted. Throws an Error for an answer that the kind does not expect. */
function keep(held: Holdings, kind: RequestKind, request: DayRequest, sub: string, answer: string): void {
  const { data, errors } = JSON.parse(answer) as {
    readonly data?: { readonly change?: Changed | null };
    readonly errors?: readonly object[];
  };
  if (errors) throw new Error(`${kind.name} is answered ${answer}`);
  const { input } = request.variables as { readonly input?: { readonly associationId?: string } };
  const change = data?.change;
  if (kind.name === 'create' && change?.association && input) {
    const { associationId, clusterName } = change.association;
    held.push({ associationId, clusterName, operationId: change.auditEntry.operationId, sub, input });
  }
  if (['create', 'create, replayed', 'update', 'delete'].includes(kind.name) && change?.status !== 'SUCCEEDED') {
    throw new Error(`${kind.name} is answered ${answer}`);
  }
  if (kind.name !== 'delete') return;
  const index = held.findIndex(({ associationId }) => associationId === input?.associationId);
  if (index >= 0) held.splice(index, 1);
}

interface Changed {
  readonly status: string;
  readonly association: { readonly associationId: string; readonly clusterName: string } | null;
  readonly auditEntry: { readonly operationId: string };
}

function costsOf(kinds: Map<string, KindCosts>, kind: string): KindCosts {
  const none = {
    requests: 0,
    dynamoDbCalls: 0,
    eksCalls: 0,
    logBytes: 0,
    answerBytes: 0,
    cpuMs: 0,
    entries: 0,
    entryBytes: 0,
  };
  const costs = kinds.get(kind) ?? { kind, ...none, units: {} };
  kinds.set(kind, costs);
  return costs;
}

/** E.g. `audit.byTime write`. */
function sourceOf({ table, index, kind }: Consumption): string {
  return `${table}${index === null ? '' : `.${index}`} ${kind}`;
}

function add(sums: Record<string, number>, name: string, value: number): void {
  sums[name] = (sums[name] ?? 0) + value;
}

function addKey(keys: Map<string, KeyUnits>, consumption: Consumption): void {
  if (consumption.units === 0) return;
  const source = sourceOf(consumption);
  const name = `${source} ${consumption.key}`;
  const sum = keys.get(name) ?? { source, key: consumption.key, units: 0 };
  keys.set(name, sum);
  sum.units += consumption.units;
}

function hottestOf(keys: Readonly<Record<'all' | 'loop' | 'others', Map<string, KeyUnits>>>): PlayedDay['hottest'] {
  const bySource = Map.groupBy(keys.all.values(), ({ source }) => source);
  const most = (some: Map<string, KeyUnits>, source: string) =>
    [...some.values()].reduce((units, one) => (one.source === source ? Math.max(units, one.units) : units), 0);
  return Object.fromEntries(
    [...bySource]
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([source, { length }]) => [
        source,
        {
          units: most(keys.all, source),
          ofLoop: most(keys.loop, source),
          ofOthers: most(keys.others, source),
          keys: length,
        },
      ]),
  );
}
