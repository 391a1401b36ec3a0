// Quick test: test/graphql/errors.test.ts.
import { makeHandler } from '../../src/graphql/handler.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { makeContext } from '../../packages/local-gateway/src/http-api/context.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { jwtEvent } from '../support/lambda-event.ts';

let ledger: Ledger;
let gateway: Gateway;

openForEachTest((opened) => ({ gateway, ledger } = opened));

const levels = () => gateway.logged.flatMap(({ level, fields }) => (fields.outcome === 'FAILED' ? level : []));

test.each([
  ['text that is not GraphQL', '{'],
  ['a field that does not exist', '{ nothing }'],
  ['a variable of the wrong type', 'query ($id: ID!) { auditEntry(id: $id) { id } }'],
])('logs a warning, not an error, when a client sends %s', async (_, query) => {
  await gateway.send(query, { id: {} });
  expect(levels()).toEqual(['warn']);
});

test.each([
  ['throttle', 'warn'],
  ['access-denied', 'error'],
] as const)('logs a read that EKS answers with %s as %s', async (kind, level) => {
  const { association } = await gateway.create();
  const { associationId } = association ?? {};
  // The SDK sends a throttled read three times.
  const fault = { operation: 'DescribePodIdentityAssociation', kind, times: kind === 'throttle' ? 3 : 1 } as const;
  gateway.simulator.control.addFault(fault);
  const query = 'query ($id: String!) { podIdentityAssociation(clusterName: "apps-dev", associationId: $id) { id } }';
  await gateway.send(query, { id: associationId });
  expect(levels()).toEqual([level]);
  gateway.simulator.control.addFault(fault);
  await expect(gateway.remove({ associationId })).rejects.toThrow('EKS_READ_FAILED');
  expect(levels()).toEqual([level, level]);
});

test('logs an error when the ledger is unreachable', async () => {
  await gateway.close();
  const commit = () => Promise.reject(new LedgerUnavailable(new Error('no route')));
  gateway = await openGateway({ ledger, change: (deps) => ({ ...deps, ledger: { ...ledger, commit } }) });
  await expect(gateway.create()).rejects.toThrow('LEDGER_UNAVAILABLE');
  expect(levels()).toEqual(['error']);
});

test('logs a warning with the reason when authentication fails', async () => {
  const handler = makeHandler(gateway.deps, () => ({
    kind: 'unauthenticated',
    message: 'The token has no subject.',
  }));
  const event = await jwtEvent('alice', '{ viewer { id } }');
  const context = makeContext({ accountId: '111122223333', functionName: 'graphql' }, Date.now() + 29_000);
  expect(await handler(event, context)).toMatchObject({ statusCode: 401 });
  const { requestId: apiRequestId } = event.requestContext;
  expect(gateway.logged).toMatchObject([
    {
      level: 'warn',
      message: 'Request answered.',
      fields: { apiRequestId, status: 401, code: 'UNAUTHENTICATED', detail: 'The token has no subject.' },
    },
  ]);
});
