import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { ledgersUnderTest } from '../support/ledgers.ts';

/** A create for a person, with the parts of the answer that say who is denied. */
const createFor = `mutation ($input: CreatePodIdentityAssociationInput!) {
  create: createPodIdentityAssociation(input: $input) {
    status
    refusal {
      code
      message
      ... on PolicyDenied { violations { policyId deniedTo } }
      ... on AssociationAlreadyExists { existing { roleArn } existingDeniedTo }
    }
    auditEntry { onBehalfOf principal { principalId } decision { allowed violations { policyId deniedTo } } }
  }
}`;

interface Answer {
  readonly status: string;
  readonly refusal: object | null;
  readonly auditEntry: object;
}

const { open } = ledgersUnderTest().find(({ available }) => available) ?? {};
if (open === undefined) throw new Error('No ledger is available.');

describe('a create of a service for a person', () => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  const createAs = async (onBehalfOf: string, fields: object = {}): Promise<Answer> => {
    const variables = { input: { ...input, onBehalfOf, ...fields } };
    const { data } = await gateway.send<{ create: Answer }>(createFor, variables, 'chatops');
    if (!data) throw new Error('There is no answer.');
    return data.create;
  };

  test('a create of a service for a person is done if both are permitted, and recorded with both', async () => {
    expect(await createAs('alice@example.com', { clusterName: 'apps-prod' })).toMatchObject({
      status: 'SUCCEEDED',
      refusal: null,
      auditEntry: {
        onBehalfOf: 'alice@example.com',
        principal: { principalId: 'https://issuer.example#chatops' },
        decision: { allowed: true, violations: [] },
      },
    });
  });

  test('a create of a service for a person is denied if the person is not permitted; answer and audit entry name the person', async () => {
    const violations = [{ policyId: 'default-deny', deniedTo: 'ON_BEHALF_OF' }];
    expect(await createAs('bob@example.com')).toMatchObject({
      status: 'REFUSED',
      refusal: {
        code: 'POLICY_DENIED',
        message: 'No rule lets bob@example.com create associations in namespace payments.',
        violations,
      },
      auditEntry: { onBehalfOf: 'bob@example.com', decision: { allowed: false, violations } },
    });
    expect(gateway.sent()).toBe(0);
  });

  test('hides an existing association from a person who may not view it, and says so', async () => {
    await gateway.create();
    const change = (deps: Gateway['deps']): Gateway['deps'] => ({
      ...deps,
      // A policy that lets the person create and not view.
      authorize: (context, request) => {
        const decision = deps.authorize(context, request);
        if (context.onBehalfOf === null || request.action !== 'DescribePodIdentityAssociation') return decision;
        return deps.authorize({ ...context, onBehalfOf: 'bob@example.com' }, request);
      },
    });
    const other = await openGateway({ ledger, simulator: gateway.simulator, change });
    const variables = { input: { ...input, onBehalfOf: 'alice@example.com', roleArn: roleArn('payments/other') } };
    const { data } = await other.send<{ create: Answer }>(createFor, variables, 'chatops');
    await other.close();
    expect(data?.create.refusal).toMatchObject({
      code: 'ASSOCIATION_ALREADY_EXISTS',
      existing: null,
      existingDeniedTo: 'ON_BEHALF_OF',
    });
    const shown = await createAs('alice@example.com', { clientRequestToken: 'third' });
    expect(shown.refusal).toMatchObject({ existing: { roleArn: input.roleArn }, existingDeniedTo: null });
  });
});
