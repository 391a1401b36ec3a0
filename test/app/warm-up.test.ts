import { warmUp } from '../../src/app/warm-up.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

describe('the start of a function', () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  let gateway: Gateway;

  beforeEach(async () => {
    gateway = await openGateway({ ledger });
  });

  afterEach(() => gateway.close());
  afterAll(() => ledger.close());

  const calls = () => gateway.simulator.control.requests().map(({ operation, outcome }) => [operation, outcome]);

  test('decides, reads from EKS, and reads the locks beside another read of DynamoDB', async () => {
    const decisions: unknown[] = [];
    const reads: string[] = [];
    await warmUp({
      ...gateway.deps,
      authorize: (context, request) => {
        const decision = gateway.deps.authorize(context, request);
        decisions.push(decision.allowed);
        return decision;
      },
      ledger: {
        ...ledger,
        getLocks: () => {
          reads.push('locks');
          return ledger.getLocks();
        },
        getRecord: (key) => {
          reads.push('record');
          return ledger.getRecord(key);
        },
      },
    });
    expect(decisions).toEqual([true]);
    expect(reads).toEqual(['locks', 'record']);
    expect(calls()).toEqual([['ListPodIdentityAssociations', 'succeeded']]);
  });

  test('succeeds without AWS, and logs nothing', async () => {
    await gateway.simulator.close();
    const getLocks = () => Promise.reject(new LedgerUnavailable(new Error('no connection')));
    await expect(warmUp({ ...gateway.deps, ledger: { ...ledger, getLocks } })).resolves.toBeUndefined();
    expect(gateway.logged).toEqual([]);
    gateway = await openGateway({ ledger });
  });

  test('does not wait for a ledger that does not answer', async () => {
    const getLocks = () => new Promise<never>(() => undefined);
    await expect(warmUp({ ...gateway.deps, ledger: { ...ledger, getLocks } })).resolves.toBeUndefined();
  });
});
