import { createHandler } from '../../src/graphql/handler.ts';
import { createResolvers } from '../../src/graphql/resolvers.ts';
import { createSqliteLedger } from '../../src/ledger/sqlite.ts';
import { createContext } from '../../src/local/http-api/context.ts';
import type { RequestContext } from '../../src/queries/request-context.ts';
import { jwtEvent } from '../support/lambda-event.ts';
import { auditEntry } from '../support/ledger-samples.ts';
import { dependenciesOn, identity } from '../support/mutations.ts';

const deps = dependenciesOn(createSqliteLedger({ file: ':memory:' }));

test('entries of an operation count towards the rows of an answer', async () => {
  const taken: number[] = [];
  const { principal } = identity;
  const entries = [auditEntry({ principal }), auditEntry({ principal }), auditEntry({ principal })];
  const context = {
    identity,
    operationEntries: async () => entries,
    takeRows: (count: number) => taken.push(count),
  } as unknown as RequestContext;
  const { AuditEntry } = createResolvers(deps);
  const resolve = AuditEntry?.operationEntries as (entry: object, args: object, context: RequestContext) => unknown;
  expect(await resolve(auditEntry(), {}, context)).toEqual(entries);
  expect(taken).toEqual([3]);
});

test('an answer is sent a second before the function times out, even if the ledger never answers', async () => {
  const silent = { ...deps.ledger, readTrail: () => new Promise<never>(() => undefined) };
  const handler = createHandler({ ...deps, ledger: silent }, () => ({ kind: 'authenticated', identity }));
  const event = await jwtEvent(
    'alice',
    '{ auditTrail(scope: {principalId: "https://issuer.example#alice"}) { nodes { id } } }',
  );
  const timesOutAt = Date.now() + 1_400;
  const answer = await handler(
    event,
    createContext({ accountId: '111122223333', functionName: 'graphql' }, timesOutAt),
  );
  expect(answer.body).toContain('LEDGER_UNAVAILABLE');
  expect(timesOutAt - Date.now()).toBeGreaterThan(500);
});
