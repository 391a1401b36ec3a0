import { makeHandler } from '../../src/graphql/handler.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { association, auditEntry } from '../support/ledger-samples.ts';
import { dependenciesOn, identity } from '../support/mutations.ts';

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
