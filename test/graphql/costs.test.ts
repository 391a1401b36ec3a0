import { openCostMeter } from '../../bench/cost-meter.ts';
import type { CostMeter } from '../../bench/cost-meter.ts';
import { createExample, requestsOn } from '../../bench/cost-requests.ts';
import type { MeasuredRequest } from '../../bench/cost-requests.ts';

/** The names of the requests, which do not depend on the example. */
const names = requestsOn({ associationId: '', associationArn: '', id: '', operationId: '' }).map(({ name }) => name);

let meter: CostMeter;
let requests: readonly MeasuredRequest[];

beforeAll(async () => {
  meter = await openCostMeter(20);
  requests = requestsOn(await createExample(meter));
});

afterAll(() => meter.close());

async function costOf(principal: string, name: string) {
  const request = requests.find((one) => one.name === name);
  if (!request) throw new Error(`There is no request ${name}.`);
  return (await meter.measure(principal, request.query, request.variables)).cost;
}

describe('for a principal without permits', () => {
  test.each(names)('%s makes no EKS call, reads one row and writes one entry of 1 KB', async (name) => {
    const { eksCalls, rows, writeUnits, entryBytes, answerBytes } = await costOf('carol', name);
    expect(eksCalls).toBe(0);
    expect(rows).toBeLessThanOrEqual(1);
    // The table, the index by principal and that by time; for a denied create, also the one by namespace.
    expect(writeUnits).toBeLessThanOrEqual(4);
    expect(entryBytes).toBeLessThanOrEqual(1_024);
    expect(answerBytes).toBeLessThanOrEqual(16_384);
  });
});

describe('for the owner of a namespace', () => {
  test.each(names)('%s stays within the limits of a request', async (name) => {
    const { eksCalls, rows, writeUnits, entryBytes, answerBytes } = await costOf('alice', name);
    expect(eksCalls).toBeLessThanOrEqual(500);
    expect(rows).toBeLessThanOrEqual(10_000);
    expect(writeUnits).toBeLessThanOrEqual(300);
    expect(entryBytes).toBeLessThanOrEqual(16_384);
    expect(answerBytes).toBeLessThanOrEqual(5_000_000);
  });
});
