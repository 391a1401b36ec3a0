import { meteredPolicy } from '../../src/app/metered-policy.ts';
import { makeMeter, meterFields, withMeter } from '../../src/runtime/meter.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { admittedCreate, dependenciesOn } from '../support/mutations.ts';

const mutation = admittedCreate(60_000_000);
const request = { action: 'CreatePodIdentityAssociation', association: mutation.request } as const;
const ledger = makeSqliteLedger({ file: ':memory:' });
const deps = dependenciesOn(ledger);
afterAll(() => ledger.close());

test('measures each decision, and counts those that failed', () => {
  const failing = meteredPolicy({
    ...deps,
    authorize: (...asked) => ({ ...deps.authorize(...asked), allowed: false, failed: true }),
  });
  const meter = makeMeter();
  withMeter(meter, () => {
    expect(failing.authorize(mutation.authorization, request).failed).toBe(true);
    expect(failing.preauthorize(mutation.authorization, request.action, mutation.request)).toBeNull();
  });
  expect(meterFields(meter)).toMatchObject({ policyFailures: 1, policySlowestMs: expect.any(Number) });
});

test('counts no failure of a decision that was made', () => {
  const meter = makeMeter();
  withMeter(meter, () => deps.authorize(mutation.authorization, request));
  expect(meterFields(meter)).toMatchObject({ policyCalls: 1 });
  expect(meterFields(meter)).not.toHaveProperty('policyFailures');
});
