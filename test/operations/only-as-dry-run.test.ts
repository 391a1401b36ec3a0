import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { copyOfShipped } from '../support/policy-sample.ts';

const { clientRequestToken: _, ...create } = input;
// The shipped guardrail of production is about changes of services that name no person.
const inProduction = { ...create, clusterName: 'apps-prod' };

const fields = `wouldBeAttempted onlyAsDryRun existing { associationId }
  refusal { code ... on PolicyDenied { violations { policyId } } } decision { allowed policyIds onlyAsDryRun }`;

interface Checked {
  readonly wouldBeAttempted: boolean;
  readonly auditEntry: { readonly id: string };
}

let gateway: Gateway;
let ledger: Ledger;
openForEachTest((opened) => ({ gateway, ledger } = opened));

async function check(sent: object, as = 'chatops'): Promise<{ checked: Checked; entry: AuditEntry | null }> {
  const document = `query ($input: CreatePodIdentityAssociationInput!) {
    checked: checkCreatePodIdentityAssociation(input: $input) { ${fields} warnings { code } auditEntry { id } }
  }`;
  const { data, errors } = await gateway.send<{ checked: Checked }>(document, { input: sent }, as);
  if (!data) throw new Error(JSON.stringify(errors));
  const [operationId = '', entryId = ''] = data.checked.auditEntry.id.split('.');
  return { checked: data.checked, entry: await ledger.getEntry({ operationId, entryId }) };
}

const onlyAsDryRun = {
  wouldBeAttempted: false,
  onlyAsDryRun: true,
  refusal: { code: 'POLICY_DENIED', violations: [{ policyId: 'production-names-a-person' }] },
  decision: { allowed: true, policyIds: ['owners-create'], onlyAsDryRun: true },
};

test('a dry run of what the principal may not do says so, with the denial, and so does its entry', async () => {
  const { checked, entry } = await check(inProduction);
  expect(checked).toMatchObject(onlyAsDryRun);
  expect(entry).toMatchObject({
    event: 'CHECKED',
    refusalCode: 'POLICY_DENIED',
    message: expect.stringMatching(/^Allowed as a dry run only\. A service may change production only/),
    decision: { allowed: true, onlyAsDryRun: true },
  });
  expect(await gateway.create(inProduction, 'chatops')).toMatchObject({ refusal: { code: 'POLICY_DENIED' } });
});

test('a dry run of what the principal may do is one of a change', async () => {
  const { checked, entry } = await check(create);
  expect(checked).toMatchObject({ wouldBeAttempted: true, onlyAsDryRun: false, refusal: null });
  expect(checked).toMatchObject({ decision: { onlyAsDryRun: false } });
  expect(entry?.decision).not.toHaveProperty('onlyAsDryRun');
});

test('a dry run names what else would prevent the change', async () => {
  const { association } = await gateway.create(inProduction, 'alice');
  const existing = { associationId: association?.associationId };
  const { checked } = await check(inProduction);
  expect(checked).toMatchObject({ ...onlyAsDryRun, refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, existing });
});

test('a check of several changes says of each whether it is allowed as a dry run only', async () => {
  const document = `query ($input: CheckPodIdentityAssociationsInput!) {
    checked: checkPodIdentityAssociations(input: $input) { results { ${fields} } auditEntry { message } }
  }`;
  const changes = [{ create: inProduction }, { create }];
  const { data } = await gateway.send(document, { input: { changes } }, 'chatops');
  expect(data).toMatchObject({
    checked: {
      results: [onlyAsDryRun, { wouldBeAttempted: true, onlyAsDryRun: false, decision: { onlyAsDryRun: false } }],
      auditEntry: { message: 'Checked 2 changes: 1 are allowed as dry runs only, 1 would be attempted.' },
    },
  });
});

test('a check that is allowed as a dry run only shows the revision to those who may view the association', async () => {
  await gateway.create(inProduction, 'alice');
  const { simulator, clock } = gateway;
  const change = (deps: Gateway['deps']): Gateway['deps'] => ({
    ...deps,
    authorize: (context, request) => {
      const decision = deps.authorize(context, request);
      return request.action === 'DescribePodIdentityAssociation' ? { ...decision, allowed: false } : decision;
    },
  });
  const blind = await openGateway({ ledger, simulator, clock, change });
  const document = `query ($input: CheckPodIdentityAssociationsInput!) {
    checked: checkPodIdentityAssociations(input: $input) { results { onlyAsDryRun revision } }
  }`;
  const changes = [{ create: inProduction }];
  for (const [on, revision] of [
    [gateway, 1],
    [blind, 0],
  ] as const) {
    const { data } = await on.send(document, { input: { changes } }, 'chatops');
    expect(data).toEqual({ checked: { results: [{ onlyAsDryRun: true, revision }] } });
  }
  await blind.close();
});

test('the dry run of a create that would adopt tells that the adoption is allowed as a dry run only', async () => {
  const policies = copyOfShipped();
  const rule = `@id("teams-check-adoptions")
permit (
  principal,
  action == PodIdentity::Action::"AdoptPodIdentityAssociation",
  resource
)
when { context.isDryRun };`;
  appendFileSync(join(policies, 'access.cedar'), rule);
  const { simulator, clock } = gateway;
  const other = await openGateway({ ledger, simulator, clock, policies });
  const { clusterName, namespace, serviceAccount, roleArn } = create;
  simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn });
  const document = `query ($input: CreatePodIdentityAssociationInput!) {
    checked: checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted onlyAsDryRun refusal { code } }
  }`;
  const { data } = await other.send(document, { input: { ...create, ifExists: 'ADOPT' } });
  const refusal = { code: 'ASSOCIATION_ALREADY_EXISTS' };
  expect(data).toEqual({ checked: { wouldBeAttempted: false, onlyAsDryRun: false, refusal } });
  expect(await other.create({ ifExists: 'ADOPT' })).toMatchObject({ refusal });
  // Where the create is allowed as a dry run only too, its denial is what is in the way.
  const { clusterName: production } = inProduction;
  simulator.control.createAssociation({ clusterName: production, namespace, serviceAccount, roleArn });
  const both = await other.send(document, { input: { ...inProduction, ifExists: 'ADOPT' } }, 'chatops');
  const denied = { wouldBeAttempted: false, onlyAsDryRun: true, refusal: { code: 'POLICY_DENIED' } };
  expect(both.data).toEqual({ checked: denied });
  await other.close();
  rmSync(policies, { recursive: true });
});
