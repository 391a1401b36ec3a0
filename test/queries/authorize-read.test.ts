import type { Decision } from '../../src/model/decision.ts';
import type { Authorize } from '../../src/policy/policy.ts';
import { makeAuthorizeRead, visibleTo } from '../../src/queries/terms/authorize-read.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { association } from '../support/ledger-samples.ts';
import { dependenciesOn, identity } from '../support/mutations.ts';

const deps = dependenciesOn(makeSqliteLedger({ file: ':memory:' }));
const scope = { kind: 'gateway' } as const;

/** The authorizer of alice's reads at time 1, and what it asks policy, which permits only this. */
function recording(permitted: 'DescribePodIdentityAssociation' | 'ReadAuditTrail') {
  const evaluated: Parameters<Authorize>[] = [];
  const authorize: Authorize = (context, request): Decision => {
    evaluated.push([context, request]);
    return { ...deps.authorize(context, request), allowed: request.action === permitted };
  };
  return { authorizeRead: makeAuthorizeRead({ authorize, clock: () => 1 }, identity), evaluated };
}

test('evaluates policy for the principal, with the time of the request and without a reason', () => {
  const { authorizeRead, evaluated } = recording('ReadAuditTrail');
  authorizeRead({ action: 'ReadAuditTrail', scope });
  const context = { identity, onBehalfOf: null, hasReason: false, now: 1 };
  expect(evaluated).toEqual([[context, { action: 'ReadAuditTrail', scope }]]);
});

test('evaluates policy once for equal requests, and again for others', () => {
  const { authorizeRead, evaluated } = recording('ReadAuditTrail');
  const [first, second] = [association(), association({ tags: [] })];
  for (const one of [first, { ...first }, second, first]) visibleTo(authorizeRead, one);
  expect(evaluated.map(([, request]) => request)).toEqual(
    [first, second].map((one) => ({ action: 'DescribePodIdentityAssociation', association: one })),
  );
});

test('an association is visible exactly to a principal who may describe it', () => {
  const one = association();
  expect(visibleTo(recording('DescribePodIdentityAssociation').authorizeRead, one)).toBe(one);
  expect(visibleTo(recording('ReadAuditTrail').authorizeRead, one)).toBeNull();
});
