import { setTimeout as sleep } from 'node:timers/promises';
import { withinLimits } from '../../src/graphql/budget.ts';
import { makeHandler } from '../../src/graphql/handler.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { createDocument } from '../support/documents.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { association, auditEntry } from '../support/ledger-samples.ts';
import { dependenciesOn, eksWith, identity } from '../support/mutations.ts';

const ownTrail = 'auditTrail(scope: {principalId: "https://issuer.example#alice"}, first: 100)';

/** Dependencies on a ledger with 100 of alice's entries. */
async function withEntries(fields: Partial<AuditEntry>): Promise<Dependencies> {
  const deps = dependenciesOn(makeSqliteLedger({ file: ':memory:' }));
  const entries = Array.from({ length: 100 }, () =>
    auditEntry({ principal: { ...identity.principal, otherGroups: null }, ...fields }),
  );
  await Promise.all(entries.map((entry) => deps.ledger.appendEntry(entry)));
  return deps;
}

/** The answer to alice's document, from a function that times out then (milliseconds since the epoch). */
async function answer(deps: Dependencies, document: string, timesOutAt = Date.now() + 10_000) {
  const handler = makeHandler(deps, () => ({ kind: 'authenticated', identity }));
  const context = makeContext({ accountId: '111122223333', functionName: 'graphql' }, timesOutAt);
  const { body } = await handler(await jwtEvent('alice', document), context);
  return JSON.parse(body ?? '') as { data: { auditTrail: { nodes: unknown[] } } | null; errors?: unknown[] };
}

test('entries of an operation count towards the rows of an answer', async () => {
  const deps = await withEntries({ operationId: '01J00000000000000000000000' });
  const { errors } = await answer(deps, `{ ${ownTrail} { nodes { operation { entries { event } } } } }`);
  const message = expect.stringContaining('The answer would have more than 5000 associations and entries.') as string;
  expect(errors?.[0]).toMatchObject({ message, extensions: { code: 'ANSWER_TOO_LARGE' } });
});

describe('an answer of more than 5 MB is replaced by an error, also if it has fewer characters', () => {
  test.each([
    ['of three bytes each', '€'.repeat(18_000)],
    ['that Lambda escapes', '"'.repeat(20_000)],
  ])('with characters %s', async (_, reason) => {
    const deps = await withEntries({ reason });
    const large = await answer(deps, `{ ${ownTrail} { nodes { reason } } }`);
    expect(large).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'ANSWER_TOO_LARGE', retryable: false } }],
    });
    expect(large.errors).toMatchObject([{ message: expect.stringContaining('Request fewer at a time with first') }]);
    const small = await answer(deps, `{ ${ownTrail.replace('100', '50')} { nodes { reason } } }`);
    expect(small.errors).toBeUndefined();
    expect(small.data?.auditTrail.nodes).toHaveLength(50);
  });
});

test('an entry shows the first 100 entries of its operation', async () => {
  const deps = await withEntries({ operationId: '01J00000000000000000000000' });
  await deps.ledger.appendEntry(
    auditEntry({ operationId: '01J00000000000000000000000', principal: { ...identity.principal, otherGroups: null } }),
  );
  const { data } = await answer(
    deps,
    `{ ${ownTrail.replace('100', '1')} { nodes { operation { entries { event } } } } }`,
  );
  expect(data?.auditTrail.nodes).toEqual([
    { operation: { entries: Array.from({ length: 100 }, () => ({ event: 'INTENT' })) } },
  ]);
});

test('policy is evaluated once for each object that a request reads, however often it selects the object', async () => {
  const deps = await withEntries({ before: association() });
  const evaluated: string[] = [];
  const counting: Dependencies = {
    ...deps,
    authorize: (context, request) => {
      evaluated.push(request.action);
      return deps.authorize(context, request);
    },
  };
  const selections = 'a: before { roleArn } b: before { roleArn }';
  const document = `{ ${ownTrail} { nodes { ${selections} operation { entries { ${selections} } } } } }`;
  const { data, errors } = await answer(counting, document);
  expect(errors).toBeUndefined();
  expect(data?.auditTrail.nodes).toHaveLength(100);
  // alice is two values: as she is authenticated, and as the entries record her.
  expect(evaluated.sort()).toEqual(['DescribePodIdentityAssociation', 'ReadAuditTrail', 'ReadAuditTrail']);
});

test('an answer is sent a second before the function times out, even if the ledger never answers', async () => {
  const deps = dependenciesOn(makeSqliteLedger({ file: ':memory:' }));
  const silent = { ...deps.ledger, readTrail: () => new Promise<never>(() => undefined) };
  const timesOutAt = Date.now() + 1_400;
  const { errors } = await answer({ ...deps, ledger: silent }, `{ ${ownTrail} { nodes { id } } }`, timesOutAt);
  expect(errors).toMatchObject([{ extensions: { code: 'LEDGER_UNAVAILABLE' } }]);
  expect(timesOutAt - Date.now()).toBeGreaterThan(500);
});

describe('the rate of requests', () => {
  let now: number;
  let gateway: Gateway;
  let ledger: Ledger;

  beforeEach(async () => {
    now = Date.now();
    ledger = makeSqliteLedger({ file: ':memory:' });
    const requestLimits = { burst: 2, perSecond: 0.5 };
    gateway = await openGateway({ ledger, requestLimits, change: (deps) => ({ ...deps, clock: () => now }) });
  });

  afterEach(async () => {
    await gateway.close();
    ledger.close();
  });

  const document = '{ gateway { version } }';

  async function over(as = 'alice') {
    const authorization = `Bearer ${await gateway.tokenOf(as)}`;
    const response = await gateway.post(JSON.stringify({ query: document }), { authorization });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      body: (await response.json()) as object,
    };
  }

  describe('a principal over its limit', () => {
    beforeEach(async () => {
      await gateway.send(document);
      await gateway.send(document);
    });

    test('a principal over its limit gets the time of its next request', async () => {
      const extensions = {
        code: 'RATE_LIMITED',
        retryable: true,
        retryAfterSeconds: 2,
        requestId: expect.any(String) as unknown,
      };
      const errors = [{ message: 'Too many requests. Send the request again after retryAfterSeconds.', extensions }];
      expect(await over()).toEqual({ status: 429, retryAfter: '2', body: { errors } });
    });

    test('a principal over its limit gets that answer whatever its body is', async () => {
      const authorization = `Bearer ${await gateway.tokenOf('alice')}`;
      expect((await gateway.post('{', { authorization })).status).toBe(429);
    });

    test('a principal over its limit is answered after that time', async () => {
      await over();
      now += 2_000;
      expect(await gateway.send(document)).toMatchObject({ status: 200, data: { gateway: { version: 'test' } } });
      expect((await over()).status).toBe(429);
    });

    test('does not limit others, also if the same service acts for both', async () => {
      expect((await over('bob')).status).toBe(200);
      expect((await over('alice-via-chatops')).status).toBe(429);
    });

    test('writes nothing and reads nothing', async () => {
      const append = jest.spyOn(ledger, 'appendEntry');
      const commit = jest.spyOn(ledger, 'commit');
      expect((await gateway.send(createDocument, { input })).status).toBe(429);
      expect(append).not.toHaveBeenCalled();
      expect(commit).not.toHaveBeenCalled();
      expect(gateway.simulator.control.requests()).toEqual([]);
    });

    test('leaves a warning in the log', async () => {
      await over();
      expect(gateway.logged.filter(({ level }) => level === 'warn')).toMatchObject([
        {
          message: 'Request answered.',
          fields: { code: 'RATE_LIMITED', principalId: 'https://issuer.example#alice' },
        },
      ]);
    });
  });

  test('a service has the rate that the inventory gives it', async () => {
    const id = 'https://issuer.example#chatops';
    const requestLimits = { burst: 1, perSecond: 0.5 };
    const limited = await openGateway({
      ledger,
      requestLimits,
      change: (deps) => {
        const services = deps.knownPrincipals.services.map((one) =>
          one.id === id ? { ...one, requestsPerSecond: 5 } : one,
        );
        return { ...deps, clock: () => now, knownPrincipals: { ...deps.knownPrincipals, services } };
      },
    });
    const statuses = async (as: string) => {
      const answers = [];
      for (let count = 0; count < 6; count += 1) answers.push((await limited.send(document, {}, as)).status);
      return answers;
    };
    expect(await statuses('chatops')).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await statuses('alice')).slice(0, 2)).toEqual([200, 429]);
    now += 1_000;
    expect(await statuses('chatops')).toEqual([200, 200, 200, 200, 200, 429]);
    await limited.close();
  });
});

describe('the reads of a request', () => {
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
});
