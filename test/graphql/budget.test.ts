import { setTimeout as sleep } from 'node:timers/promises';
import { withinLimits } from '../../src/graphql/budget.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { association, auditEntry } from '../support/ledger-samples.ts';
import { dependenciesOn, eksWith } from '../support/mutations.ts';

const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
const operationId = '01J00000000000000000000000';

let ledger: Ledger;
beforeEach(() => {
  ledger = makeSqliteLedger({ file: ':memory:' });
});
afterEach(() => ledger.close());

describe('the reads of one request together', () => {
  const deadline = Date.now() + 60_000;
  const limits = { eksCalls: 3, entries: 250 };
  const beyond = { extensions: { code: 'BAD_USER_INPUT' } };

  /** Dependencies within these limits, and how many calls reached EKS. */
  function limited() {
    let calls = 0;
    const describe = () => {
      calls += 1;
      return Promise.resolve({ kind: 'absent' as const });
    };
    const deps = dependenciesOn(ledger, { eksFor: () => eksWith({ describe }) });
    return { deps: withinLimits(deps, limits), calls: () => calls };
  }

  test('make as many EKS calls as the limit, and no more', async () => {
    const { deps, calls } = limited();
    const reads = Array.from({ length: 5 }, () => deps.eksFor(cluster).describe('a-00000000000000000', { deadline }));
    const results = await Promise.allSettled(reads);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(results[4]).toMatchObject({ reason: beyond });
    expect(calls()).toBe(3);
  });

  test('look up so many roles at IAM, within the same limit, and no more', async () => {
    let calls = 0;
    const readRole = () => {
      calls += 1;
      return Promise.resolve({ kind: 'absent' as const });
    };
    const { eksFor } = withinLimits(dependenciesOn(ledger, { eksFor: () => eksWith({ readRole }) }), limits);
    const reads = Array.from({ length: 5 }, () => eksFor(cluster).readRole(roleArn('payments/x'), { deadline }));
    const results = await Promise.all(reads);
    expect(results.map(({ kind }) => kind)).toEqual(['absent', 'absent', 'absent', 'failed', 'failed']);
    expect(results[4]).toMatchObject({ error: { exception: 'ReadLimit' } });
    expect(calls).toBe(3);
  });

  test('examine so many entries: those that were returned, not those that a page had room for', async () => {
    const { deps } = limited();
    await Promise.all([1, 2, 3].map(() => ledger.appendEntry(auditEntry({ operationId }))));
    const read = () => deps.ledger.operationEntries(operationId);
    // Each reads three entries, and finds that no more follow; the next one must have room for a page of 100.
    for (let count = 0; count < 38; count += 1) await read();
    await expect(read()).rejects.toMatchObject(beyond);
  });

  test('count a page with filters as all entries that it may examine', async () => {
    const { deps } = limited();
    const partition = { kind: 'all' } as const;
    const page = { ...noFilters, partition, limit: 1, before: null };
    await expect(deps.ledger.readTrail({ ...page, events: ['DENIED'] })).rejects.toMatchObject(beyond);
    expect(await deps.ledger.readTrail(page)).toEqual({ entries: [], next: null });
  });

  test('do not limit what a mutation writes', async () => {
    const { deps } = limited();
    const changes = dependenciesOn(ledger);
    for (let count = 0; count < 5; count += 1) await changes.ledger.appendEntry(auditEntry({ operationId }));
    expect(await ledger.operationEntries(operationId)).toHaveLength(5);
    expect(deps.ledger).not.toBe(changes.ledger);
  });
});

describe('over HTTP', () => {
  let gateway: Gateway;
  const open = async (change?: (deps: Dependencies) => Dependencies) => {
    gateway = await openGateway({ ledger, recordTrailReads: true, ...(change ? { change } : {}) });
  };
  afterEach(() => gateway.close());

  test('the trail of an association that many entries lead to is read and recorded once', async () => {
    await open();
    const { association: created } = await gateway.create();
    if (!created) throw new Error('The create of the example failed.');
    for (const name of ['worker', 'api', 'worker']) {
      await gateway.update({ associationId: created.associationId, roleArn: roleArn(`payments/payments-${name}`) });
    }
    const appendEntry = jest.spyOn(ledger, 'appendEntry');
    const readTrail = jest.spyOn(ledger, 'readTrail');
    const scope = 'scope: {cluster: {clusterName: "apps-dev", namespace: "payments"}}';
    const { data } = await gateway.send<{ auditTrail: { nodes: { association: { auditTrail: unknown } | null }[] } }>(
      `{ auditTrail(${scope}) { nodes { association { auditTrail { nodes { id } } } } } }`,
      {},
      'olivia',
    );
    const trails = (data?.auditTrail.nodes ?? []).flatMap(({ association: found }) => found ?? []);
    expect(trails.length).toBeGreaterThan(5);
    expect(new Set(trails.map((trail) => JSON.stringify(trail))).size).toBe(1);
    expect(readTrail).toHaveBeenCalledTimes(2);
    expect(appendEntry).toHaveBeenCalledTimes(1);
  });

  test('every read of EKS takes its turn', async () => {
    let running = 0;
    let most = 0;
    const reading = async <Result>(result: Result) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      running -= 1;
      return result;
    };
    const eks = eksWith({
      describe: () => reading({ kind: 'found' as const, association: association() }),
      list: () => reading({ kind: 'listed' as const, associationIds: [] }),
      page: () => reading({ kind: 'page' as const, summaries: [], nextToken: null }),
    });
    const describeLimits = { describeConcurrency: 1, describesPerSecond: 1_000 };
    await open((deps) => ({ ...deps, eksFor: () => eks, describeLimits }));
    const where = 'clusterName: "apps-dev"';
    const target = `input: {${where}, associationId: "a-00000000000000000"}`;
    const create = `input: {${where}, namespace: "payments", serviceAccount: "api", roleArn: "${roleArn('payments/x')}", tags: [{key: "team", value: "payments"}]}`;
    const documents = [
      `{ a: podIdentityAssociation(${where}, associationId: "a-00000000000000000") { id } b: podIdentityAssociation(${where}, associationId: "a-00000000000000001") { id } }`,
      `{ podIdentityAssociations(${where}, namespace: "payments") { nodes { id } } }`,
      `{ associationDrift(${where}, namespace: "payments") { nodes { kind } } }`,
      `{ checkDeletePodIdentityAssociation(${target}) { wouldBeAttempted } }`,
      `{ checkCreatePodIdentityAssociation(${create}) { wouldBeAttempted } }`,
    ];
    const answers = await Promise.all(documents.map((document) => gateway.send(document, {}, 'pat')));
    expect(answers.map(({ errors }) => errors)).toEqual(documents.map(() => undefined));
    expect(most).toBe(1);
  });

  test.each([
    { first: 400, message: null },
    { first: 496, message: 'more than 500 EKS calls' },
    { first: 1_000, message: 'at least 49 seconds for 1000 associations' },
  ])('a page of drift from EKS with first: $first is answered or refused by the default limits', async (page) => {
    const { first, message } = page;
    const summaryOf = (index: number) => {
      const associationId = `a-${String(index).padStart(17, '0')}`;
      const associationArn = `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${associationId}`;
      return { ...association(), associationId, associationArn };
    };
    const eks = eksWith({
      describe: () => Promise.resolve({ kind: 'absent' as const }),
      page: ({ nextToken }) => {
        const from = Number(nextToken);
        const summaries = Array.from({ length: 100 }, (_, index) => summaryOf(from + index));
        return Promise.resolve({ kind: 'page' as const, summaries, nextToken: String(from + 100) });
      },
    });
    // The rate counts in the refusal of a page, not in this test's duration.
    const describeLimits = { describeConcurrency: 8, describesPerSecond: first === 1_000 ? 20 : 1_000 };
    await open((deps) => ({ ...deps, eksFor: () => eks, describeLimits }));
    const { errors } = await gateway.send(
      `{ associationDrift(clusterName: "apps-dev", first: ${first}) { pageInfo { hasNextPage } } }`,
      {},
      'olivia',
    );
    if (message === null) expect(errors).toBeUndefined();
    else expect(JSON.stringify(errors)).toContain(message);
  });
});
