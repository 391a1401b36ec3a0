// Quick test: test/policy-versions/compiled-in-force.test.ts.
import { setImmediate } from 'node:timers/promises';
import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { requireReachable } from '../../src/eks/eks-for.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';
import { makeLive, PoliciesUnavailable } from '../../src/policy-versions/live.ts';
import type { PolicyVersion } from '../../src/policy-versions/policy-version.ts';
import { loadVersion } from '../../src/policy-versions/verify.ts';
import { packPolicies } from '../../src/policy-versions/packed-policies.ts';
import type { PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import { home } from '../support/gateway.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { openPolicyTable, publish, versionOf, shippedVersion, versionWith } from '../support/policy-versions.ts';
import { context, alice, create, onCreate, shipped } from '../support/policy-sample.ts';

const settings = { refreshMs: 30_000, maxAgeMs: 300_000 };
const packaged = loadPolicy(shipped);

/** Denies what the shipped policies allow. */
const frozen = versionWith({ 'freeze.cedar': `@id("freeze") @message("Frozen.") @advice("Wait.") ${onCreate};` });

/** Others again, so that each is told apart by its hash. */
const other = (name: string) => versionWith({ 'other.cedar': `// ${name}` });

describeOnDynamoDb('Live policies', () => {
  let table: Awaited<ReturnType<typeof openPolicyTable>>;
  beforeEach(async () => {
    table = await openPolicyTable();
  });
  afterEach(() => table.close());

  /** A process that follows the versions of the table; its clock stands still until `pass`. */
  const start = () => {
    let now = Date.UTC(2026, 10, 26);
    let broken: unknown = null;
    let brokenCall: string | null = null;
    const calls: string[] = [];
    const logged: { level: string; message: string; fields: Record<string, unknown> }[] = [];
    const pending = new Set<Promise<unknown>>();
    let answersArrive: Promise<unknown> = Promise.resolve();
    let latest: Promise<unknown> = Promise.resolve();
    const { store } = table;
    const counted = <Result>(call: string, read: () => Promise<Result>): Promise<Result> => {
      calls.push(call);
      const arrival = answersArrive;
      const isBroken = broken !== null && (brokenCall ?? call) === call;
      const result = isBroken ? Promise.reject<Result>(new LedgerUnavailable(broken)) : read();
      latest = result;
      // oxlint-disable-next-line typescript/no-misused-promises -- `finally` waits for it
      const answer = result.finally(() => arrival);
      pending.add(answer);
      return answer.finally(() => pending.delete(answer));
    };
    const current = makeLive({
      store: {
        versions: (limit) => counted('versions', () => store.versions(limit)),
        getPolicies: (hash) => counted('policies', () => store.getPolicies(hash)),
      },
      packaged,
      load: loadVersion,
      compose: (policy: LoadedPolicy, version: PolicyVersion | null) => {
        requireReachable(policy.inventory.accounts, home.accountId);
        return { policy, version };
      },
      settings,
      clock: () => now,
      // No test is about the limit, which a read on a busy machine can reach.
      waitMs: 20_000,
      log: (level, message, fields) => void logged.push({ level, message, fields }),
    });
    /** The number of the version in force; null: the package. */
    const number = async () => (await current()).version?.number ?? null;
    return {
      current,
      number,
      calls,
      logged,
      pass: (ms: number) => (now += ms),
      /** Lets reads that requests did not wait for end. */
      readsEnd: async () => {
        while (pending.size > 0) {
          await Promise.allSettled(pending);
          await setImmediate();
        }
      },
      /** Waits until the table has answered the latest read, whether its answer is kept or not. */
      answered: () => latest,
      /** Keeps the answers to the reads that begin from now on, until the function that it gives is called. */
      keepAnswers: () => {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        answersArrive = promise;
        return () => {
          answersArrive = Promise.resolve();
          resolve(undefined);
        };
      },
      /** Ends what `keepAnswers` began, for the reads that begin from now on. */
      answerAgain: () => (answersArrive = Promise.resolve()),
      /** Lets one of the calls fail, or all. */
      break: (cause: unknown, call: 'versions' | 'policies' | null = null) => ([broken, brokenCall] = [cause, call]),
      errors: () => logged.filter(({ level }) => level === 'error'),
    };
  };

  it('live policies are those of the package until there is a version, for one read in each interval', async () => {
    const { current, calls, pass } = start();
    for (let request = 0; request < 10; request += 1) expect((await current()).policy).toBe(packaged);
    expect(calls).toEqual(['versions']);
    pass(30_001);
    await Promise.all(Array.from({ length: 10 }, current));
    expect(calls).toEqual(['versions', 'versions']);
  });

  it('live policies are those of a version soon after it was published, without a wait for the request that reads it', async () => {
    const { current, number, logged, pass, readsEnd } = start();
    await publish(table.store, 1, shippedVersion());
    expect(await number()).toBe(1);
    const version = await publish(table.store, 2, frozen);
    pass(30_001);
    expect(await number()).toBe(1);
    await readsEnd();
    const { policy } = await current();
    expect(await number()).toBe(2);
    expect(policy.policySetHash).toBe(version.policySetHash);
    expect(packaged.authorize(context(alice), create()).allowed).toBe(true);
    const { allowed, policySetHash, inventoryHash } = policy.authorize(context(alice), create());
    expect({ allowed, policySetHash, inventoryHash }).toEqual({
      allowed: false,
      policySetHash: version.policySetHash,
      inventoryHash: version.inventoryHash,
    });
    expect(logged).toMatchObject([
      { message: 'Policies loaded.', fields: { policyVersion: 1 } },
      {
        level: 'info',
        message: 'Policies changed.',
        fields: {
          policyVersion: 2,
          policySetHash: version.policySetHash,
          before: { policyVersion: 1, policySetHash: packaged.policySetHash },
        },
      },
    ]);
  });

  it('live policies are those of a version for a request that begins twice the interval after it', async () => {
    const { number, pass } = start();
    expect(await number()).toBeNull();
    await publish(table.store, 1, frozen);
    pass(60_001);
    expect(await number()).toBe(1);
  });

  it('live policies are the earlier ones again after a rollback', async () => {
    const { current, number, pass } = start();
    const first = await publish(table.store, 1, other('first'));
    await publish(table.store, 2, frozen);
    expect(await number()).toBe(2);
    await publish(table.store, 3, other('first'), { rollbackTo: 1 });
    pass(60_001);
    expect((await current()).policy.policySetHash).toBe(first.policySetHash);
    expect(await number()).toBe(3);
  });

  it('live policies are not read from the table if the package has the same', async () => {
    const { current, calls } = start();
    await publish(table.store, 1, shippedVersion());
    const { policy, version } = await current();
    expect([policy === packaged, version?.number]).toEqual([true, 1]);
    expect(calls).toEqual(['versions']);
  });

  const inventoryWith = (change: object) =>
    JSON.stringify({ ...(JSON.parse(shippedVersion().inventory) as object), ...change });
  const accounts = [
    { accountId: '111122223333', name: 'home', regions: ['eu-central-1'] },
    { accountId: '444455556666', name: 'unreachable', regions: ['eu-central-1'] },
  ];
  const [firstCase = ''] = Object.keys(shippedVersion().cases);
  const wrongCase = { [firstCase.replace('allow', 'deny')]: shippedVersion().cases[firstCase] ?? '' };

  it.each<[string, PolicyFiles, Partial<PolicyVersion>, RegExp]>([
    [
      'whose policies are missing',
      frozen,
      { versionHash: 'f'.repeat(64) },
      /^The store has no policies f+\. They are looked for again/,
    ],
    ['with other policies than it says', frozen, { policySetHash: 'f'.repeat(64) }, /^The policies have the hash/],
    [
      'with another inventory than it says',
      frozen,
      { inventoryHash: 'f'.repeat(64) },
      /^The inventory have|^The inventory has/,
    ],
    ['whose policies are not Cedar', versionWith({ 'access.cedar': 'permit (' }), {}, /^The policies are invalid:/],
    [
      'that has a warning',
      versionWith({ 'x.cedar': '@id("x") permit (principal, action, resource) when { false };' }),
      {},
      /^The policies are invalid:/,
    ],
    [
      'that lacks a required policy',
      versionWith({ 'guardrails.cedar': '' }),
      {},
      /lacks policies that required-policies.json lists: role-by-convention/,
    ],
    [
      'that fails a case',
      shippedVersion({ cases: wrongCase }),
      { policySetHash: packaged.policySetHash },
      /^The policies fail their cases:/,
    ],
    ['whose inventory is not valid', versionWith({}, '{"accounts": 1}'), {}, /^inventory.json is not valid:/],
    [
      `with an account that the gateway can't reach`,
      versionWith({}, inventoryWith({ accounts })),
      {},
      /^The inventory has no roleArn for account 444455556666/,
    ],
  ])('live policies stay as they are at a version %s, which is reported once', async (_, version, fields, reason) => {
    const { number, errors, pass } = start();
    await publish(table.store, 1, other('good'));
    expect(await number()).toBe(1);
    // Another inventory than that of the package, so that the version is loaded.
    const inventory = version.inventory === shippedVersion().inventory ? `${version.inventory}\n` : version.inventory;
    await publish(table.store, 2, { ...version, inventory }, fields);
    for (let request = 0; request < 3; request += 1) {
      pass(60_001);
      expect(await number()).toBe(1);
    }
    expect(errors()).toMatchObject([
      {
        message: 'Policy version refused.',
        fields: { policyVersion: 2, reason: expect.stringMatching(reason) as string },
      },
    ]);
    await publish(table.store, 3, frozen);
    pass(60_001);
    expect(await number()).toBe(3);
    expect(errors()).toHaveLength(1);
  });

  it('live policies stay as they are at a version of another format', async () => {
    const { number, errors, pass } = start();
    await publish(table.store, 1, other('good'));
    expect(await number()).toBe(1);
    const Item = marshall({ itemKey: 'release', itemNumber: 2, v: 2 });
    await table.client.send(new PutItemCommand({ TableName: table.table, Item }));
    pass(60_001);
    expect(await number()).toBe(1);
    expect(errors()).toHaveLength(1);
  });

  it('live policies stay as they are at a version whose content was changed in the table', async () => {
    const { number, errors, pass } = start();
    await publish(table.store, 1, other('good'));
    expect(await number()).toBe(1);
    const { versionHash } = await publish(table.store, 2, frozen);
    const item = { itemKey: `version/${versionHash}`, itemNumber: 0, v: 1, content: Buffer.from('changed') };
    await table.client.send(new PutItemCommand({ TableName: table.table, Item: marshall(item) }));
    pass(60_001);
    expect(await number()).toBe(1);
    expect(errors()).toHaveLength(1);
  });

  it('live policies are at a start those of the newest version that may be put in force, as in processes that run', async () => {
    await publish(table.store, 1, other('good'));
    await publish(table.store, 2, frozen);
    await publish(table.store, 3, versionWith({ 'access.cedar': 'permit (' }));
    await publish(table.store, 4, versionWith({ 'access.cedar': 'forbid (' }));
    const { number, errors } = start();
    expect(await number()).toBe(2);
    expect(errors().map(({ fields }) => fields.policyVersion)).toEqual([4, 3]);
  });

  it('live policies are not known if no version may be put in force, also not as those of the package', async () => {
    await publish(table.store, 1, versionWith({ 'access.cedar': 'permit (' }));
    const { current } = start();
    await expect(current()).rejects.toThrow(PoliciesUnavailable);
  });

  it('live policies stop being those of the package soon after the only version is one that may not be put in force', async () => {
    const { current, number, pass } = start();
    expect(await number()).toBeNull();
    await publish(table.store, 0, versionWith({ 'access.cedar': 'permit (' }));
    pass(60_001);
    expect(await number()).toBeNull();
    pass(300_000);
    await expect(current()).rejects.toThrow(PoliciesUnavailable);
  });

  it('live policies stay known for five minutes only if the list of versions is empty and was not', async () => {
    const { current, number, pass } = start();
    await publish(table.store, 0, frozen);
    expect(await number()).toBe(0);
    const Key = marshall({ itemKey: 'release', itemNumber: 0 });
    await table.client.send(new DeleteItemCommand({ TableName: table.table, Key }));
    pass(60_001);
    expect(await number()).toBe(0);
    pass(300_000);
    await expect(current()).rejects.toThrow(PoliciesUnavailable);
  });

  it('live policies become those of a version whose policies are stored after it, at the next read', async () => {
    const { number, errors, pass } = start();
    await publish(table.store, 1, other('good'));
    expect(await number()).toBe(1);
    await table.store.putVersion(versionOf(2, frozen));
    for (let read = 0; read < 3; read += 1) {
      pass(60_001);
      expect(await number()).toBe(1);
    }
    await table.store.putPolicies(packPolicies(frozen));
    pass(60_001);
    expect(await number()).toBe(2);
    expect(errors()).toMatchObject([{ message: 'Policy version refused.', fields: { policyVersion: 2 } }]);
  });

  it('live policies become those of a version whose policies could not be read, once they can be', async () => {
    const { number, errors, break: breakWith, pass, readsEnd } = start();
    await publish(table.store, 1, other('good'));
    expect(await number()).toBe(1);
    await publish(table.store, 2, frozen);
    breakWith(new Error('no route'), 'policies');
    pass(60_001);
    expect(await number()).toBe(1);
    breakWith(null);
    pass(60_001);
    await number();
    await readsEnd();
    expect(await number()).toBe(2);
    expect(errors()).toEqual([]);
    // Requests wait for reads again.
    await publish(table.store, 3, other('next'));
    pass(60_001);
    expect(await number()).toBe(3);
  });

  it('live policies become, in a process that starts, those of a version whose policies are stored after it', async () => {
    await publish(table.store, 1, other('good'));
    await table.store.putVersion(versionOf(2, frozen));
    const { number, pass } = start();
    expect(await number()).toBe(1);
    await table.store.putPolicies(packPolicies(frozen));
    pass(60_001);
    expect(await number()).toBe(2);
  });

  it('live policies are not replaced by an older read that ends after a newer one', async () => {
    const { number, answered, answerAgain, keepAnswers, pass, readsEnd } = start();
    await publish(table.store, 1, other('good'));
    expect(await number()).toBe(1);
    pass(30_001);
    const olderAnswerArrives = keepAnswers();
    expect(await number()).toBe(1);
    await answered();
    await publish(table.store, 2, frozen);
    void answerAgain();
    pass(30_001);
    expect(await number()).toBe(2);
    olderAnswerArrives();
    await readsEnd();
    expect(await number()).toBe(2);
  });

  it.each([
    ['back by 5 ms', -5],
    ['back by an hour', -3_600_000],
    ['forward by an hour', 3_600_000],
  ])('live policies are read again, and known, when the clock steps %s', async (_, step) => {
    const { number, calls, pass } = start();
    await publish(table.store, 1, other('good'));
    expect(await number()).toBe(1);
    pass(1_000);
    expect(await number()).toBe(1);
    await publish(table.store, 2, frozen);
    calls.length = 0;
    pass(step);
    expect(await number()).toBe(2);
    expect(await number()).toBe(2);
    expect(calls).toEqual(['versions', 'policies']);
    await publish(table.store, 3, other('next'));
    pass(60_001);
    expect(await number()).toBe(3);
  });

  it.each([-5, -3_600_000])(
    'live policies are known without the table when the clock steps by %d ms, until they are old',
    async (step) => {
      const { current, number, break: breakWith, pass, readsEnd } = start();
      await publish(table.store, 1, frozen);
      expect(await number()).toBe(1);
      pass(1_000);
      expect(await number()).toBe(1);
      breakWith(new Error('no route'));
      pass(step);
      expect(await number()).toBe(1);
      for (let passed = 0; passed < 290_000; passed += 29_000) {
        pass(29_000);
        expect(await number()).toBe(1);
        await readsEnd();
      }
      pass(20_000);
      await expect(current()).rejects.toThrow(PoliciesUnavailable);
    },
  );

  it('live policies are not known at a start without the table, also not as those of the package, until it can be read', async () => {
    const { current, number, break: breakWith, calls, pass, logged } = start();
    await publish(table.store, 1, frozen);
    breakWith(new Error('no route'));
    await expect(current()).rejects.toThrow(PoliciesUnavailable);
    await expect(current()).rejects.toThrow(PoliciesUnavailable);
    expect(calls).toHaveLength(1);
    pass(1_000);
    await expect(current()).rejects.toThrow(PoliciesUnavailable);
    expect(calls).toHaveLength(2);
    expect(logged.map(({ level }) => level)).toEqual(['warn']);
    breakWith(null);
    pass(1_000);
    expect(await number()).toBe(1);
  });

  it('live policies are used without the table until they are too old, and again when it can be read', async () => {
    const { current, number, break: breakWith, calls, pass, readsEnd } = start();
    await publish(table.store, 1, frozen);
    expect(await number()).toBe(1);
    breakWith(new Error('no route'));
    for (let passed = 0; passed < 300_000; passed += 50_000) {
      pass(50_000);
      expect(await number()).toBe(1);
      await readsEnd();
    }
    expect(calls.filter((call) => call === 'versions').length).toBeGreaterThan(5);
    pass(1_000);
    await expect(current()).rejects.toThrow(PoliciesUnavailable);
    breakWith(null);
    pass(1_000);
    expect(await number()).toBe(1);
  });

  it('live policies are as old as the begin of their read, wherever the process was stopped', async () => {
    const { number, answered, keepAnswers, pass, readsEnd, calls } = start();
    expect(await number()).toBeNull();
    pass(30_001);
    const answersArrive = keepAnswers();
    expect(await number()).toBeNull();
    // The process stops before the answer arrives, for an hour in which a version is published.
    await answered();
    await publish(table.store, 1, frozen);
    pass(3_600_000);
    answersArrive();
    expect(await number()).toBe(1);
    await readsEnd();
    expect(await number()).toBe(1);
    expect(calls).toEqual(['versions', 'versions', 'versions', 'policies']);
  });
});
