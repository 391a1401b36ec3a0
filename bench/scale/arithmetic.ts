import { prices } from '../prices.ts';
import type { KindCosts, PlayedDay } from './day.ts';
import { accessLogBytes, awsLimits, callMs, day, memoryGb, principalRate, stageThrottling } from './limits.ts';
import { loop } from './requests.ts';

/** Days of a month and of a year, in the arithmetic. */
const month = 30.4;
const year = 365;

/** Bytes that DynamoDB adds to each item of a table and of an index ("DynamoDB item sizes and formats", "GSI storage"). */
const itemOverhead = 100;

/** Milliseconds of a request of a kind, if its calls are made one after the other. */
export function durationMs({ requests, dynamoDbCalls, eksCalls }: KindCosts): number {
  return callMs.own + (dynamoDbCalls * callMs.dynamoDb + eksCalls * callMs.eks) / requests;
}

const sumOf = (played: PlayedDay, of: (kind: KindCosts) => number) =>
  played.kinds.reduce((sum, kind) => sum + of(kind), 0);

/** The mean of a figure over the requests of the day. */
export function perRequest(played: PlayedDay, of: (kind: KindCosts) => number): number {
  return sumOf(played, of) / played.requests;
}

/** Units of a kind: all of its reads or writes. */
export function unitsOf({ units }: KindCosts, kind: 'read' | 'write'): number {
  return Object.entries(units).reduce((sum, [source, some]) => (source.endsWith(kind) ? sum + some : sum), 0);
}

/** The mean duration of a request in milliseconds. */
export function meanDurationMs(played: PlayedDay): number {
  return perRequest(played, (kind) => durationMs(kind) * kind.requests);
}

/** How many requests run at the same time at a rate. */
export function concurrencyAt(played: PlayedDay, rate: number): number {
  return (rate * meanDurationMs(played)) / 1_000;
}

/** Load of a table or an index, in units a second. */
export interface Load {
  readonly source: string;
  readonly millionsADay: number;
  /** In a burst of the mix: in all, and of the key with the most. */
  readonly burst: number;
  readonly hottest: number;
  /** In a burst of the loop alone: of the key with the most. */
  readonly loopHottest: number;
  /** Units a second of one key. */
  readonly limit: number;
}

/** The load of each table and index. */
export function loadsOf(played: PlayedDay): Load[] {
  const loopRequests = played.kinds.find(({ kind }) => kind === loop.name)?.requests ?? NaN;
  return Object.entries(played.hottest).map(([source, { units, ofLoop }]) => {
    const mean = perRequest(played, (kind) => kind.units[source] ?? 0);
    return {
      source,
      millionsADay: (mean * day.requests) / 1e6,
      burst: mean * day.burst,
      // A key that one request has for itself does not get hotter with the rate.
      hottest: isOwnKey(source) ? units : (units / played.requests) * day.burst,
      loopHottest: isOwnKey(source) ? ofLoop : (ofLoop / loopRequests) * day.burst,
      limit: awsLimits.partition[source.endsWith('read') ? 'read' : 'write'],
    };
  });
}

/** Whether each operation has a key of its own in a table or index: operations and tokens, not what they are about. */
function isOwnKey(source: string): boolean {
  return ['audit read', 'audit write', 'idempotency write'].includes(source);
}

/** A limit, and the rate of requests at which it is reached. */
export interface ReachedLimit {
  readonly limit: string;
  /** In a few words. */
  readonly label: string;
  readonly rate: number;
  readonly moves: string;
}

/** The limits by the rate of the mix, or of the loop, that reaches them; the first one first. */
export function reachedLimits(played: PlayedDay): ReachedLimit[] {
  const loads = loadsOf(played);
  const most = (of: (load: Load) => number) =>
    loads.reduce((one, other) => (of(other) > of(one) ? other : one), loads[0] ?? noLoad);
  const hottest = most(({ hottest: units, limit }) => units / limit);
  const loopHottest = most(({ loopHottest: units, limit }) => units / limit);
  const busiest = most(({ source, burst }) => (source.endsWith('write') ? burst : 0));
  const { rate, burst } = stageThrottling();
  return [
    {
      label: 'throttling of the stage',
      limit: `throttling of the stage: ${rate} a second, ${burst} at once (serverless.yml)`,
      rate,
      moves: '`apiRateLimit` and `apiBurstLimit`',
    },
    {
      label: 'one key, by a loop',
      limit: `one key, requests of the loop: ${awsLimits.partition.write} units a second (\`${loopHottest.source}\`)`,
      rate: (loopHottest.limit / loopHottest.loopHottest) * day.burst,
      moves: 'the limits of a principal, reserved concurrency; not more capacity',
    },
    {
      label: 'one key, by the mix',
      limit: `one key, requests of the mix (\`${hottest.source}\`)`,
      rate: (hottest.limit / hottest.hottest) * day.burst,
      moves: 'a smaller share of the loop',
    },
    {
      label: 'a new table or index',
      limit: `a new table or index: ${awsLimits.newTable} write units a second (\`${busiest.source}\`)`,
      rate: (awsLimits.newTable / busiest.burst) * day.burst,
      moves: 'warm throughput; by itself after more traffic',
    },
    {
      label: 'concurrency of Lambda',
      limit: `concurrency of Lambda in an account: ${awsLimits.concurrency}`,
      rate: (awsLimits.concurrency * 1_000) / meanDurationMs(played),
      moves: 'the quota; `GRAPHQL_CONCURRENCY` lowers it',
    },
    {
      label: 'requests of API Gateway',
      limit: `requests of API Gateway in an account: ${awsLimits.apiGateway}`,
      rate: awsLimits.apiGateway,
      moves: 'the quota',
    },
  ].sort((one, other) => one.rate - other.rate);
}

const noLoad: Load = { source: '', millionsADay: 0, burst: 0, hottest: 0, loopHottest: 0, limit: 1 };

/** Calls of STS and requests of one principal that the number of environments multiplies. */
export function perEnvironment(played: PlayedDay) {
  const environments = concurrencyAt(played, day.burst);
  return {
    environments,
    /** If each environment reaches every account in an hour, for which credentials last. */
    assumeRoleASecond: (environments * played.accounts) / 3_600,
    /** Requests a second of one principal that the limits in memory let through. */
    principalASecond: environments * principalRate,
  };
}

/** Size of the audit trail after a year, in gigabytes. */
export function trailAfterYear(played: PlayedDay) {
  const entries = perRequest(played, (kind) => kind.entries) * day.requests;
  const bytes = perRequest(played, (kind) => kind.entryBytes) * day.requests + entries * itemOverhead;
  const copies = copiesOf(played);
  return { entries: entries * year, tableGb: (bytes * year) / 1e9, indexGb: (bytes * copies * year) / 1e9, copies };
}

/** In how many indexes an entry is, on average by units. */
function copiesOf(played: PlayedDay): number {
  const units = (isMatch: (source: string) => boolean) =>
    sumOf(played, (kind) =>
      Object.entries(kind.units).reduce((sum, [source, some]) => (isMatch(source) ? sum + some : sum), 0),
    );
  // An entry in a transaction takes twice its units in the table, so those of byPrincipal, which has every entry, are the measure.
  return units((source) => /^audit\.\w+ write$/.test(source)) / units((source) => source === 'audit.byPrincipal write');
}

/** Dollars a month, by what they are for. */
export function dollarsAMonth(played: PlayedDay): [string, number][] {
  const millions = (day.requests * month) / 1e6;
  const gb = (bytes: number) => (bytes * day.requests * month) / 1e9;
  const trail = trailAfterYear(played);
  const seconds = (meanDurationMs(played) / 1_000) * day.requests * month;
  return [
    ['DynamoDB, writes', perRequest(played, (kind) => unitsOf(kind, 'write')) * millions * prices.writeUnits],
    ['DynamoDB, reads', perRequest(played, (kind) => unitsOf(kind, 'read')) * millions * prices.readUnits],
    [
      'DynamoDB, storage of the trail after a year, with continuous backup',
      (trail.tableGb + trail.indexGb) * prices.storage + trail.tableGb * prices.backup,
    ],
    ['Lambda', millions * prices.invocations + seconds * memoryGb * prices.gigabyteSecond],
    ['API Gateway', millions * prices.httpApi],
    ['CloudWatch Logs', gb(perRequest(played, (kind) => kind.logBytes) + accessLogBytes) * prices.logs],
  ];
}
