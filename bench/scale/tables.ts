import { table } from '../report.ts';
import {
  concurrencyAt,
  dollarsAMonth,
  durationMs,
  loadsOf,
  meanDurationMs,
  perEnvironment,
  perRequest,
  reachedLimits,
  trailAfterYear,
  unitsOf,
} from './arithmetic.ts';
import type { PlayedDay } from './day.ts';
import { day } from './limits.ts';
import type { ScaleFigures } from './figures.ts';

/** The longest time in which a run examines operations, in seconds: see `src/lambda/reconcile.ts` and `operationMs`. */
const runSeconds = 48;

/** The generated blocks of `docs/scale.md`. */
export function blocksOf({ played, backlog, outages, inventories, connections }: ScaleFigures) {
  return {
    tables: mixTable(played),
    more: {
      'scale-limits': limitsTable(played),
      'scale-load': loadTable(played),
      'scale-calls': callsTable(played),
      'scale-reconciler': reconcilerTables(backlog, outages),
      'scale-start': startTables(inventories, connections),
      'scale-trail': trailText(played),
      'scale-dollars': dollarsTable(played),
    },
  };
}

function mixTable(played: PlayedDay): string {
  const rows = played.kinds
    .toSorted((one, other) => other.requests - one.requests)
    .map((kind) => {
      const each = (total: number) => total / kind.requests;
      return [
        kind.kind,
        `${((100 * kind.requests) / played.requests).toFixed(1)} %`,
        ...[each(kind.dynamoDbCalls), each(kind.eksCalls), each(unitsOf(kind, 'write')), each(unitsOf(kind, 'read'))],
        each(kind.logBytes),
        durationMs(kind),
      ];
    });
  const mean = (of: Parameters<typeof perRequest>[1]) => perRequest(played, of);
  rows.push([
    'mean',
    '100 %',
    ...[mean((kind) => kind.dynamoDbCalls), mean((kind) => kind.eksCalls)],
    ...[mean((kind) => unitsOf(kind, 'write')), mean((kind) => unitsOf(kind, 'read'))],
    mean((kind) => kind.logBytes),
    meanDurationMs(played),
  ]);
  const head = ['request', 'share', 'DynamoDB calls', 'EKS calls', 'write units', 'read units', 'log bytes', '≈ ms'];
  return `${grouped(played.requests)} requests were played.\n\n${table(head, rows)}`;
}

function limitsTable(played: PlayedDay): string {
  const rows = reachedLimits(played).map(({ limit, rate, moves }) => [limit, whole(rate), moves]);
  return table(['limit', '≈ requests a second', 'what moves it'], rows);
}

function loadTable(played: PlayedDay): string {
  const rows = loadsOf(played).map(({ source, millionsADay, burst, hottest, loopHottest, limit }) => [
    `\`${source}\``,
    millionsADay,
    burst,
    hottest,
    loopHottest,
    grouped(limit),
  ]);
  const head = [
    ...['table or index', 'million units a day', '≈ in a burst', '≈ its hottest key', '≈ the same, the loop alone'],
    'limit of a key',
  ];
  return table(head, rows);
}

function callsTable(played: PlayedDay): string {
  const total = Object.values(played.eksCalls).reduce((sum, count) => sum + count, 0);
  const rows = Object.entries(played.eksCalls)
    .sort(([, one], [, other]) => other - one)
    .map(([operation, count]) => [
      operation,
      grouped(Math.round((count / played.requests) * day.requests)),
      (count / played.requests) * day.burst,
    ]);
  const { environments, assumeRoleASecond, principalASecond } = perEnvironment(played);
  return [
    table(['call', '≈ a day', '≈ a second in a burst'], rows),
    `The account with the most calls has ${((100 * played.eksCallsOfBusiestAccount) / total).toFixed(0)} % of them: that of the team in a loop. One process assumed ${grouped(played.stsCalls)} roles for ${grouped(played.accountsReached)} accounts. ` +
      `≈ In a burst ${whole(environments)} environments are busy (on average ${concurrencyAt(played, day.requests / 86_400).toFixed(1)}); they assume up to ${assumeRoleASecond.toFixed(1)} roles a second, if each reaches all ${grouped(played.accounts)} accounts in an hour, and let ${whole(principalASecond)} requests a second of one principal through.`,
  ].join('\n\n');
}

function reconcilerTables(backlog: ScaleFigures['backlog'], outages: ScaleFigures['outages']): string {
  const { operations, closed, seconds, dynamoDbCalls, eksCalls, writeUnits } = backlog;
  const rate = closed / seconds;
  const minutes = (value: number | null) => (value === null ? 'not in 5 hours' : String(value));
  const rows = outages.map(({ mode, operations: count, halfClosed, mostClosed, allClosed }) => [
    mode === 'hangs' ? 'does not answer' : 'answers with errors',
    grouped(count),
    ...[minutes(halfClosed), minutes(mostClosed), minutes(allClosed)],
  ]);
  return [
    `One run closed ${closed} of ${operations} operations in ${seconds.toFixed(0)} seconds, with answers after 5 ms (DynamoDB) and 80 ms (EKS): ${rate.toFixed(0)} a second, each with ${(dynamoDbCalls / operations).toFixed(1)} calls of DynamoDB, ${(eksCalls / operations).toFixed(1)} of EKS and ${(writeUnits / operations).toFixed(0)} write units. ≈ A run of a minute examines for ${runSeconds} seconds and closes ${grouped(Math.round(rate * runSeconds))}.`,
    table(['in the hour, EKS', 'operations in doubt', 'half closed', '99 % closed', 'all closed'], rows),
  ].join('\n\n');
}

function startTables(inventories: ScaleFigures['inventories'], connections: ScaleFigures['connections']): string {
  const [first] = inventories;
  const rows = inventories.map(({ accounts, clusters, bytes, parseMs, heapMb, coldCpuMs }) => [
    `${grouped(accounts)}, ${grouped(clusters)}`,
    ...[bytes / 1e6, parseMs, heapMb, coldCpuMs, coldCpuMs / (first?.coldCpuMs ?? NaN)],
  ]);
  const inventoryHead = ['accounts, clusters', 'MB', 'read, ms', 'heap, MB', 'cold start, CPU ms', 'ratio'];
  const connectionRows = connections.map((one) => [grouped(one.connections), one.heapMb, one.residentMb]);
  return [table(inventoryHead, rows), table(['connections', 'heap, MB', 'resident, MB'], connectionRows)].join('\n\n');
}

function trailText(played: PlayedDay): string {
  const { entries, tableGb, indexGb, copies } = trailAfterYear(played);
  const bytes = perRequest(played, (kind) => kind.entryBytes) / perRequest(played, (kind) => kind.entries);
  return `An entry has ${grouped(Math.round(bytes))} bytes on average, and is in ${copies.toFixed(1)} indexes. ≈ After a year: ${(entries / 1e6).toFixed(0)} million entries, ${grouped(Math.round(tableGb))} GB in the table, ${grouped(Math.round(indexGb))} GB in its indexes.`;
}

function dollarsTable(played: PlayedDay): string {
  const rows: [string, number][] = dollarsAMonth(played);
  rows.push(['all', rows.reduce((sum, [, dollars]) => sum + dollars, 0)]);
  return table(['≈ dollars a month', '$'], rows);
}

function whole(number: number): string {
  return grouped(Math.round(number));
}

function grouped(number: number): string {
  return number.toLocaleString('en');
}
