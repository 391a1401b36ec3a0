import { readAlarms } from './alarms.ts';
import { evaluateMath } from './metric-math.ts';
import type { Series } from './metric-math.ts';
import { makeMetricStore } from './metric-store.ts';

const metric = { namespace: 'test', name: 'm', dimensions: {} };

/** Whether an alarm rings with datapoints of consecutive minutes, the latest last: `X` breaches, `0` does not, `-` is missing. */
function rings(points: string, TreatMissingData: string, alarm: object = {}): boolean {
  const store = makeMetricStore();
  Array.from(points.replaceAll(' ', '')).forEach((point, minute) => {
    if (point !== '-') store.put(metric, minute, point === 'X' ? 1 : 0);
  });
  const Properties = {
    ...{ Namespace: 'test', MetricName: 'm', Statistic: 'Sum', Period: 60, EvaluationPeriods: 3, Threshold: 1 },
    ...{ ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData, AlarmActions: [], ...alarm },
  };
  const template = { Resources: { Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties } } };
  const last = points.replaceAll(' ', '').length - 1;
  return readAlarms([template], { fillsEmpty: true }).ringing(store, last).length > 0;
}

// The rows of "How alarm state is evaluated when data is missing" in the CloudWatch user guide, for alarms of 3 out of 3 periods.
test.each([
  ['0 - X - X', false, false],
  ['0 - - - -', false, false],
  ['- - - - -', true, false],
  ['0 X X - X', true, true],
  ['- X - - -', true, false],
])(
  'missing data are treated as CloudWatch documents it: %s rings if breaching: %s, if not: %s',
  (points, breaching, not) => {
    expect(rings(points, 'breaching')).toBe(breaching);
    expect(rings(points, 'notBreaching')).toBe(not);
  },
);

test('an alarm rings if enough of its datapoints breach, wherever they are', () => {
  const two = { DatapointsToAlarm: 2 };
  expect(rings('0 0 X 0 X', 'notBreaching', two)).toBe(true);
  expect(rings('X X 0 0 X', 'notBreaching', two)).toBe(false);
});

test('a period ends with the minute that is looked at', () => {
  const five = { Period: 300, EvaluationPeriods: 1, Threshold: 2 };
  expect(rings('0 X X 0 0', 'notBreaching', five)).toBe(true);
  expect(rings('X X 0 0 0 0', 'notBreaching', five)).toBe(false);
});

describe('metric math', () => {
  const series: Readonly<Record<string, Series>> = { a: [6, 4, null], b: [3, 0, 1], none: [null, null, null] };
  const evaluate = (expression: string, fillsEmpty = true) =>
    evaluateMath(expression, (id) => series[id] ?? [], 3, { fillsEmpty });

  test.each([
    ['a + 2 * b', [12, 4, null]],
    ['a / b', [2, null, null]],
    ['(a - 2) * 2 >= 8', [1, 0, null]],
    ['IF(a > 5 AND b >= 3 OR a > 9, 100 * b, 0)', [300, 0, null]],
    ['FILL(a, 0) - b', [3, 4, -1]],
    ['DIFF(b)', [3, -1, null]],
  ])('has a result only where its operands have datapoints: %s', (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });

  test('fills a metric without any datapoint, or does not, because CloudWatch does not document it', () => {
    expect(evaluate('FILL(none, 0)')).toEqual([0, 0, 0]);
    expect(evaluate('FILL(none, 0)', false)).toEqual([null, null, null]);
  });

  test.each(['SEARCH(a)', 'a +', 'a b', 'FILL(a'])('rejects what it does not know: %s', (expression) => {
    expect(() => evaluate(expression)).toThrow();
  });
});
