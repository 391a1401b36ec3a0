import { join } from 'node:path';
import { metrics } from '../../src/app/metrics.ts';
import { readYamlTemplate } from '../support/yaml-template.ts';
import { openStack } from './outage.ts';

const { Resources } = readYamlTemplate(join(import.meta.dirname, '..', '..', 'deploy', 'alarms.yml'));
const leftOut = Object.entries(metrics).flatMap(([name, { leavesOut }]) => (leavesOut === undefined ? [] : [name]));

interface Alarm {
  readonly TreatMissingData: string;
  readonly ComparisonOperator: string;
}

test('an alarm on a metric that idle functions do not write takes its absence for good, and rings above its threshold', () => {
  const alarms = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' && leftOut.some((name) => JSON.stringify(Properties).includes(`"${name}"`)),
  );
  expect(alarms.length).toBeGreaterThanOrEqual(8);
  for (const { Properties } of alarms) {
    const { TreatMissingData, ComparisonOperator } = Properties as unknown as Alarm;
    expect(TreatMissingData).toBe('notBreaching');
    expect(ComparisonOperator).toMatch(/^GreaterThan/);
  }
});

test.each([
  ['ParkedOperationsAlarm', 'Operations reconciled.', { parked: 1 }, { parked: 0 }],
  ['OldestOpenAlarm', 'Operations reconciled.', { oldestOpenSeconds: 700 }, { oldestOpenSeconds: 0 }],
  ['ScanBlindAlarm', 'Clusters scanned.', { blindClusters: 1 }, { blindClusters: 0 }],
  ['EndingsHeldAlarm', 'Endings examined.', { heldEndings: 3 }, { heldEndings: 0 }],
])('%s rings, and ends although zeros are not written', (alarm, message, fields, nothing) => {
  const line = (some: object) => ({ level: 'info', message, fields: some });
  const reconciler = line({});
  const stack = openStack();
  expect(stack.play(30, { reconciler, scanner: line(nothing) })).not.toHaveProperty(alarm);
  expect(stack.play(10, { reconciler, scanner: line(fields) })).toHaveProperty(alarm);
  // As after the process was replaced: none of the zeros is written. Evaluations look back some periods.
  stack.play(20, { reconciler, scanner: line(nothing) });
  expect(stack.ringing()).toEqual([]);
});
