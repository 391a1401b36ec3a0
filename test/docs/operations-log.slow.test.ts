// No quick test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { metrics } from '../../src/app/metrics.ts';
import { extractedMetrics } from '../support/embedded-metrics.ts';
import type { ExtractedMetric } from '../support/embedded-metrics.ts';
import { fieldsOf, operatorPages, selectedLines } from '../support/runbook.ts';
import type { Line } from '../support/runbook.ts';
import { openDynamoDb } from '../support/ledgers.ts';
import { logScenario } from './log-scenario.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const page = operatorPages;
const logs = read('docs', 'logs.md');
const alarms = read('deploy', 'alarms.yml');
const dashboard = read('deploy', 'dashboard.yml');
const blocks = [...page.matchAll(/^ *```(\w*)\n([^`]*)^ *```$/gm)];
/** Lines about policy versions, which the gateway of these tests does not have: tests of policy versions cover them. */
const ofReleases = /Policy version refused|The live policies could not be read/;
const queries = blocks.flatMap(([, language, text = '']) => (language === '' && !ofReleases.test(text) ? [text] : []));
const inOwnNamespace = /\["\$\{self:service\}\/\$\{sls:stage\}", "(\w+)"/g;

describeOnDynamoDb('the page for operators, on lines that the functions wrote', () => {
  let lines: readonly Line[];
  let extracted: readonly ExtractedMetric[];

  beforeAll(async () => {
    const opened = await openDynamoDb();
    const written = await logScenario(opened.ledger, 'pod-identity-gateway/test');
    lines = written.map((line) => JSON.parse(line) as Line);
    extracted = written.flatMap(extractedMetrics);
    await opened.close();
  });

  /** A query with ids that the lines have in place of those of its example. */
  function withIds(query: string): string {
    const request = lines.find((line) => line.operationId && line.eksRequestIds);
    const { apiRequestId, operationId, eksRequestIds } = request ?? {};
    return query
      .replace('JKJaXmPLvHcESHA=', String(apiRequestId))
      .replace('01KAZ3M4Q9J6V2X8T5W7Y1B0CD', String(operationId))
      .replace('4d6f1c8e-2b7a-4f0e-9a35-c1d2e3f40516', String((eksRequestIds as string[] | undefined)?.[0]));
  }

  test.each(queries)('finds lines, with the fields that it names, by %s', (query) => {
    const selected = selectedLines(withIds(query), lines);
    expect(selected).not.toEqual([]);
    const present = new Set(selected.flatMap((line) => Object.keys(line)));
    // The lines have no call of STS: its fields are made as those of IAM.
    const fields = fieldsOf(query).map((field) => field.replace(/^sts/, 'iam'));
    expect(fields.filter((field) => !present.has(field))).toEqual([]);
  });

  test('has queries', () => {
    expect(queries.length).toBeGreaterThan(10);
  });

  test('names every field of the line of a request', () => {
    const section = logs.slice(logs.indexOf('`Request answered.` has:'), logs.indexOf('## Metrics'));
    const ofRequests = lines.filter(({ message }) => message === 'Request answered.');
    const written = new Set(ofRequests.flatMap((line) => Object.keys(line)));
    const own = ['time', 'level', 'message', 'functionVersion', '_aws'];
    const fields = [...written].filter((field) => !own.includes(field) && !/^(dynamoDb|iam|sts)[A-Z]/.test(field));
    expect(fields.filter((field) => !section.includes(`\`${field}\``))).toEqual([]);
  });

  test('CloudWatch extracts every metric from the lines, but for zeros of idle runs; that of STS is there where a role in another account is assumed, and that of a rejected snapshot at a start', () => {
    const names = new Set(extracted.map(({ name }) => name));
    const zeros = ['blindClusters', 'oldestOpenSeconds', 'oldestDueSeconds'];
    const absent = Object.keys(metrics).filter((name) => !names.has(name));
    expect(absent).toEqual(['stsSlowestMs', ...zeros, 'rejectedSnapshots']);
  });

  test('lists every metric, and says which of them are split', () => {
    const section = logs.slice(logs.indexOf('## Metrics'), logs.indexOf('## The run of'));
    expect(Object.keys(metrics).filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
    const split = Object.values(metrics).flatMap(({ dimensions = [] }) => dimensions);
    expect(split).toEqual(['outcome', 'code', 'functionVersion']);
  });

  test('alarms and dashboard read metrics that the lines or a filter have', () => {
    const ofFilters = [...alarms.matchAll(/MetricName: (\w+), MetricValue/g)].map(([, name]) => name);
    const ofAlarms = [...alarms.matchAll(/Namespace: \*namespace\n {6}MetricName: (\w+)/g)].map(([, name]) => name);
    const shown = [
      ...[...dashboard.matchAll(inOwnNamespace)].map(([, name]) => name),
      ...[...dashboard.matchAll(/MetricName=\\"(\w+)\\"', 'Sum'/g)].map(([, name]) => name),
    ].filter((name) => !(name ?? '').includes('ThrottleEvents'));
    const known: unknown[] = [...Object.keys(metrics), ...ofFilters];
    expect([...ofAlarms, ...shown].filter((name) => !known.includes(name))).toEqual([]);
    expect(ofAlarms.length).toBeGreaterThan(5);
    expect(new Set(shown)).toEqual(new Set(Object.keys(metrics)));
  });

  test('the alarm on denials reads the requests that policy denied', () => {
    const [, outcome, code] =
      /MetricName: requests\n {6}Dimensions: \[\{ Name: outcome, Value: (\w+) \}, \{ Name: code, Value: (\w+) \}\]/.exec(
        alarms,
      ) ?? [];
    expect(extracted).toContainEqual(expect.objectContaining({ name: 'requests', dimensions: { outcome, code } }));
  });

  test('every filter of the log selects lines, and those of the access log read a field that it has', () => {
    const patterns = [...alarms.matchAll(/!Ref (\w+)\n {6}FilterPattern: '\{ \$\.(\w+) = ("[^"]+") \}'/g)];
    expect(patterns).toHaveLength([...alarms.matchAll(/FilterPattern:/g)].length);
    for (const [, group, field = '', value = ''] of patterns.filter(([pattern]) => !ofReleases.test(pattern))) {
      if (group === 'HttpApiLogGroup') {
        expect(read('serverless.yml')).toContain(`"${field}":"$context.${field}"`);
        continue;
      }
      expect(lines.filter((line) => line[field] === JSON.parse(value))).not.toEqual([]);
    }
  });
});
