import { makeLog } from '../../src/runtime/log.ts';
import { embeddedMetrics } from '../../src/runtime/embedded-metrics.ts';
import { extractedMetrics } from '../support/embedded-metrics.ts';

const metricsOf = embeddedMetrics('gateway/test', {
  requests: { unit: 'Count', dimensions: ['outcome', 'code'] },
  eksSlowestMs: { unit: 'Milliseconds' },
  replays: { unit: 'Count' },
});

function line(fields: Record<string, unknown>): string {
  const lines: string[] = [];
  makeLog((one) => lines.push(one), { metricsOf })('info', 'Request answered.', fields);
  return lines[0] ?? '';
}

const namespace = 'gateway/test';

test('CloudWatch extracts the fields that are metrics, split by the dimensions that the line has', () => {
  const fields = { requests: 1, outcome: 'DENIED', code: 'POLICY_DENIED', eksSlowestMs: 12.5, principalId: 'alice' };
  expect(extractedMetrics(line(fields))).toEqual([
    { namespace, name: 'requests', value: 1, dimensions: { outcome: 'DENIED', code: 'POLICY_DENIED' } },
    { namespace, name: 'eksSlowestMs', value: 12.5, dimensions: {} },
  ]);
  expect(extractedMetrics(line({ requests: 1, outcome: 'SUCCEEDED', code: null }))).toEqual([
    { namespace, name: 'requests', value: 1, dimensions: { outcome: 'SUCCEEDED' } },
  ]);
});

test('a line without metrics has no description of them', () => {
  expect(JSON.parse(line({ outcome: 'SUCCEEDED', replays: 'none' }))).not.toHaveProperty('_aws');
});

test('a line that is shortened keeps its metrics', () => {
  const long = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`text${index}`, 'x'.repeat(2_000)]));
  const shortened = line({ outcome: 'FAILED', code: 'BAD_REQUEST', ...long, fields: ['x'], requests: 1, replays: 2 });
  expect(JSON.parse(shortened)).toMatchObject({ truncated: true });
  expect(Buffer.byteLength(shortened)).toBeLessThanOrEqual(8_192);
  expect(extractedMetrics(shortened)).toEqual([
    { namespace, name: 'requests', value: 1, dimensions: { outcome: 'FAILED', code: 'BAD_REQUEST' } },
    { namespace, name: 'replays', value: 2, dimensions: {} },
  ]);
});

test('a metric can count as a whole too, and a dimension can come from what all lines have', () => {
  const lines: string[] = [];
  const definitions = { failures: { unit: 'Count', dimensions: ['functionVersion'], isAlsoWhole: true } } as const;
  const context = () => ({ functionVersion: '7' });
  makeLog((one) => lines.push(one), { metricsOf: embeddedMetrics(namespace, definitions), context })('info', 'x', {
    failures: 1,
  });
  expect(lines.flatMap(extractedMetrics)).toEqual([
    { namespace, name: 'failures', value: 1, dimensions: { functionVersion: '7' } },
    { namespace, name: 'failures', value: 1, dimensions: {} },
  ]);
});

describe('the check of the format rejects', () => {
  const directive = { Namespace: namespace, Dimensions: [[]], Metrics: [{ Name: 'replays', Unit: 'Count' }] };
  const of = (change: object, root: object = { replays: 1 }) =>
    JSON.stringify({
      ...root,
      _aws: { Timestamp: 1_795_000_000_000, CloudWatchMetrics: [{ ...directive, ...change }] },
    });

  test.each([
    ['a namespace of AWS', of({ Namespace: 'AWS/Lambda' })],
    ['no set of dimensions', of({ Dimensions: [] })],
    ['more than 30 dimensions', of({ Dimensions: [Array.from({ length: 31 }, (_, index) => `d${index}`)] })],
    ['a dimension that the line does not have', of({ Dimensions: [['code']] })],
    ['a dimension that is null', of({ Dimensions: [['code']] }, { replays: 1, code: null })],
    ['an unknown unit', of({ Metrics: [{ Name: 'replays', Unit: 'ms' }] })],
    ['a metric that the line does not have', of({}, {})],
    ['a metric that is a text', of({}, { replays: '1' })],
    ['another member', of({ Unit: 'Count' })],
  ])('%s', (_, broken) => {
    expect(() => extractedMetrics(broken)).toThrow();
  });

  test('nothing of a valid line', () => {
    expect(extractedMetrics(of({}))).toEqual([{ namespace, name: 'replays', value: 1, dimensions: {} }]);
  });
});

describe('a metric that leaves out', () => {
  const hour = 3_600_000;
  const valuesOf = (leavesOut: 'zeros' | 'repeats', written: readonly (readonly [hours: number, value: number])[]) => {
    const selected = embeddedMetrics(namespace, { parked: { unit: 'Count', leavesOut } });
    return written.map(([hours, parked]) => selected({ parked }, hours * hour) !== null);
  };

  test('zeros has them only in the two hours after another value, so that an alarm sees the end of what raised it', () => {
    const written = [
      [0, 0],
      [1, 3],
      [2, 0],
      [3, 0],
      [3.1, 0],
      [4, 1],
    ] as const;
    expect(valuesOf('zeros', written)).toEqual([false, true, true, true, false, true]);
  });

  test('repeats has a value when the process begins and when it changes', () => {
    const written = [
      [0, 7],
      [1, 7],
      [2, 8],
      [3, 8],
      [4, 7],
    ] as const;
    expect(valuesOf('repeats', written)).toEqual([true, false, true, false, true]);
  });
});
