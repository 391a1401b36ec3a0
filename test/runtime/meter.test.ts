import { beginCall, count, makeMeter, measured, meterFields, withMeter } from '../../src/runtime/meter.ts';
import type { CallEnd } from '../../src/runtime/meter.ts';

const answered: CallEnd = { isFailed: false, isThrottled: false, requestId: null };

test('a meter without calls and counts has no fields', () => {
  expect(meterFields(makeMeter())).toEqual({});
});

test('counts belong to the work that caused them, also after it waited', async () => {
  const [one, other] = [makeMeter(), makeMeter()];
  const work = async (times: number) => {
    await Promise.resolve();
    count('takeOvers', times);
    count('takeOvers');
  };
  await Promise.all([withMeter(one, () => work(1)), withMeter(other, () => work(2))]);
  expect([one, other].map(meterFields)).toEqual([{ takeOvers: 2 }, { takeOvers: 3 }]);
});

test('outside of measured work, counting and calling do nothing', () => {
  count('takeOvers');
  beginCall('eks')(answered);
  expect(measured('policy', () => 'decided')).toBe('decided');
});

describe('the time of a dependency', () => {
  const times: number[] = [];

  beforeEach(() => {
    times.length = 0;
    jest.spyOn(process.hrtime, 'bigint').mockImplementation(() => BigInt(times.shift() ?? 0) * 1_000_000n);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('counts what overlaps once, and names the slowest call', () => {
    const meter = makeMeter();
    withMeter(meter, () => {
      // From 0 to 100, from 50 to 250, and from 300 to 310.
      times.push(0, 50, 100, 250, 300, 310, 1_000);
      const [first, second] = [beginCall('eks'), beginCall('eks')];
      first(answered);
      second(answered);
      beginCall('eks')(answered);
    });
    expect(meterFields(meter)).toEqual({ eksCalls: 3, eksMs: 260, eksSlowestMs: 200 });
  });

  test('includes a call that has no answer yet', () => {
    const meter = makeMeter();
    times.push(10, 60);
    withMeter(meter, () => beginCall('dynamoDb'));
    expect(meterFields(meter)).toEqual({ dynamoDbCalls: 1, dynamoDbMs: 50, dynamoDbSlowestMs: 0 });
  });

  test('the time of a dependency is measured for work that throws', () => {
    const meter = makeMeter();
    times.push(1, 4);
    const failing = () => {
      throw new Error('No.');
    };
    expect(() => withMeter(meter, () => measured('policy', failing))).toThrow('No.');
    expect(meterFields(meter)).toEqual({ policyCalls: 1, policyMs: 3, policySlowestMs: 3 });
  });
});

test('keeps five request ids of failed calls and five of others, each of bounded length', () => {
  const meter = makeMeter();
  withMeter(meter, () => {
    for (let index = 0; index < 8; index += 1) {
      beginCall('eks')({ isFailed: false, isThrottled: false, requestId: `answered-${index}` });
      beginCall('eks')({ isFailed: true, isThrottled: index > 5, requestId: `failed-${index}`.padEnd(9_000, 'x') });
    }
  });
  const { eksRequestIds, eksThrottles } = meterFields(meter);
  const ids = eksRequestIds as string[];
  expect(eksThrottles).toBe(2);
  expect(ids.map((id) => id.replaceAll('x', ''))).toEqual([
    ...['failed-0', 'failed-1', 'failed-2', 'failed-3', 'failed-4'],
    ...['answered-0', 'answered-1', 'answered-2', 'answered-3', 'answered-4'],
  ]);
  expect(Math.max(...ids.map((id) => id.length))).toBe(128);
});
