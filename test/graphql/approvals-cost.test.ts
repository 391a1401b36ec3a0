import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { AuthorizationRequest } from '../../src/policy/policy.ts';
import { openGateway } from '../support/gateway.ts';
import { approval, approvalEntry, approvalNeed } from '../support/ledger-samples.ts';

const principalOf = (name: string) => ({
  ...({ id: `https://issuer.example#${name}`, kind: 'USER', groups: [], sessionName: null } as const),
  otherGroups: null,
});

test('a document with fifteen lists of 230 approvals asks policy once for each group and each principal that asked', async () => {
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const asked = new Map<AuthorizationRequest['action'], number>();
  const counting = (deps: Dependencies): Dependencies => ({
    ...deps,
    authorize: (context, request) => {
      asked.set(request.action, (asked.get(request.action) ?? 0) + 1);
      return deps.authorize(context, request);
    },
  });
  const gateway = await openGateway({ ledger, change: counting });
  const now = gateway.clock.now();
  const needs = [approvalNeed(), approvalNeed({ policyId: 'asks-platform', group: 'platform' })];
  for (let index = 0; index < 230; index += 1) {
    const sample = approval({ decideUntil: now + 3_600_000, binding: { ...approval().binding, needs } });
    const namespace = index % 2 === 0 ? 'payments' : 'search';
    const target = {
      ...{ ...gateway.deps.home, clusterName: 'apps-dev', namespace, serviceAccount: `api-${index}` },
    };
    const principal = principalOf(index % 3 === 0 ? 'alice' : 'pat');
    const one = { ...sample, requested: { ...sample.requested, principal, actor: null, onBehalfOf: null, target } };
    await ledger.putApproval(null, one, approvalEntry(one), null);
  }
  const aliases = Array.from({ length: 15 }, (_, index) => `a${index}: approvals(first: 10) { nodes { id } }`);
  const answered = await gateway.send<Record<string, { nodes: unknown[] }>>(`{ ${aliases.join(' ')} }`, {}, 'carol');
  expect(Object.values(answered.data ?? {}).map(({ nodes }) => nodes.length)).toEqual(aliases.map(() => 0));
  expect(Object.fromEntries(asked)).toEqual({
    // Two namespaces, and the gateway.
    ReadAuditTrail: 3,
    // Two groups, two principals that asked. No rule on votes reads the namespace or the service account.
    ApproveRequest: 2 * 2,
  });
  await gateway.close();
  ledger.close();
});
