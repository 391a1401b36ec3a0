import { rmSync } from 'node:fs';
import { bearer } from '../../packages/client/src/client/auth.ts';
import { makeGatewayClient } from '../../packages/client/src/client/client.ts';
import { resumedRequest, sendResumed } from '../../packages/client/src/client/resume.ts';
import type { ResumedRequest } from '../../packages/client/src/client/resume.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { fingerprintOf } from '../../src/idempotency/record.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import { parseApprovalId } from '../../src/model/approval.ts';
import type { OperationKind } from '../../src/model/operation.ts';
import { operationOf } from '../../src/operations/kinds/operations.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { approvalsOf, held, withApprovals } from '../support/held-requests.ts';
import type { Who } from '../support/held-requests.ts';

// An approval has all that sends its request again, from another machine: for who asked, and nobody else.

const rule = `@id("all-held")
@message("Changes of held service accounts need an approval.")
@advice("Ask a member of security to approve the request.")
@approvers("security")
forbid (
  principal,
  action in
    [PodIdentity::Action::"CreatePodIdentityAssociation",
     PodIdentity::Action::"UpdatePodIdentityAssociation",
     PodIdentity::Action::"DeletePodIdentityAssociation",
     PodIdentity::Action::"AdoptPodIdentityAssociation",
     PodIdentity::Action::"TagPodIdentityAssociation",
     PodIdentity::Action::"UntagPodIdentityAssociation"],
  resource
)
when { resource.serviceAccount like "held*" };
`;

let stored: ReturnType<typeof makeSqliteLedger>;
let folder: string;
let gateway: Gateway;
let approvals: ReturnType<typeof approvalsOf>;

beforeAll(() => {
  folder = withApprovals(rule);
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  stored = makeSqliteLedger({ file: ':memory:' });
  gateway = await openGateway({ ledger: stored, policies: folder });
  approvals = approvalsOf(gateway);
});

afterEach(async () => {
  await gateway.close();
  stored.close();
});

const clientOf = async (who: string) =>
  makeGatewayClient({ url: gateway.url, authentication: bearer(await gateway.tokenOf(who)) });
type Client = Awaited<ReturnType<typeof clientOf>>;

const kinds: Readonly<Record<ResumedRequest['operation'], OperationKind>> = {
  create: 'CREATE_POD_IDENTITY_ASSOCIATION',
  update: 'UPDATE_POD_IDENTITY_ASSOCIATION',
  delete: 'DELETE_POD_IDENTITY_ASSOCIATION',
  adopt: 'ADOPT_POD_IDENTITY_ASSOCIATION',
  tag: 'TAG_POD_IDENTITY_ASSOCIATION',
  untag: 'UNTAG_POD_IDENTITY_ASSOCIATION',
};

/** The fingerprint of a request that a client makes of an approval. */
function fingerprintOfInput({ operation, input }: ResumedRequest): string {
  const { validate } = operationOf<OperationKind>(kinds[operation]);
  const validated = validate(input, gateway.deps.home);
  if (validated.kind === 'invalid') throw new Error(JSON.stringify(validated.findings));
  return fingerprintOf(validated.request);
}

const inAWeek = () => new Date(gateway.clock.now() + 7 * 86_400_000).toISOString();
const sessionPolicy =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}';

/** An association of a held service account, made at EKS. */
async function existing() {
  const { association } = await approvedCreate({
    clientRequestToken: 'made',
    disableSessionTags: true,
    policy: sessionPolicy,
  });
  return association;
}

async function approvedCreate(input: object) {
  const client = await clientOf('alice');
  const asked = await client.createPodIdentityAssociation({ ...held, ...input });
  await approvals.approve('nina', idOf(asked));
  const made = await client.createPodIdentityAssociation({ ...held, ...input });
  if (made.kind !== 'succeeded') throw new Error(JSON.stringify(made));
  return made;
}

function idOf(result: Awaited<ReturnType<Client['createPodIdentityAssociation']>>): string {
  const approval = result.kind === 'refused' && 'approval' in result.refusal ? result.refusal.approval : null;
  if (!approval) throw new Error(JSON.stringify(result));
  return approval.id;
}

const { clusterName } = held;

test.each<[string, string, (client: Client) => Promise<Parameters<typeof idOf>[0]>]>([
  ['a create', 'alice', (client) => client.createPodIdentityAssociation(held)],
  [
    'a create with every field',
    'alice',
    (client) =>
      client.createPodIdentityAssociation({
        ...held,
        ...{ disableSessionTags: true, policy: sessionPolicy, ifExists: 'ADOPT', expectedRevision: 0 },
        ...{ expiresAt: inAWeek(), reason: 'A migration.', declaration: 'payments/bindings' },
        tags: [...held.tags, { key: 'empty', value: '' }],
      }),
  ],
  [
    'an update',
    'alice',
    async (client) => {
      const { associationId, modifiedAt: expectedModifiedAt } = await existing();
      const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-worker';
      return client.updatePodIdentityAssociation({ clusterName, associationId, roleArn, expectedModifiedAt });
    },
  ],
  [
    'an update that expects a revision',
    'alice',
    async (client) => {
      const { associationId } = await existing();
      const update = { disableSessionTags: true, expiresAt: inAWeek(), expectedRevision: 1 };
      return client.updatePodIdentityAssociation({ clusterName, associationId, ...update });
    },
  ],
  [
    'an update that clears settings and the expiry',
    'alice',
    async (client) => {
      const { associationId } = await existing();
      const cleared = { policy: null, targetRoleArn: null, expiresAt: null, disableSessionTags: false };
      return client.updatePodIdentityAssociation({ clusterName, associationId, ...cleared });
    },
  ],
  [
    'a change of tags that expects others',
    'alice',
    async (client) => {
      const { associationId } = await existing();
      const tags = [{ key: 'stage', value: '' }];
      return client.tagPodIdentityAssociation({ clusterName, associationId, tags, expectedTags: held.tags });
    },
  ],
  [
    'a removal of tags',
    'alice',
    async (client) => {
      const { associationId } = await existing();
      return client.untagPodIdentityAssociation({ clusterName, associationId, tagKeys: ['stage', 'cost'] });
    },
  ],
  [
    'an update of the expiry alone',
    'alice',
    async (client) => {
      const { associationId } = await existing();
      return client.updatePodIdentityAssociation({ clusterName, associationId, expiresAt: inAWeek() });
    },
  ],
  [
    'a delete',
    'alice',
    async (client) => {
      const { associationId, modifiedAt: expectedModifiedAt } = await existing();
      return client.deletePodIdentityAssociation({ clusterName, associationId, expectedModifiedAt, reason: 'Unused.' });
    },
  ],
  [
    'an adoption',
    'pat',
    async (client) => {
      const { associationId } = await existing();
      return client.adoptPodIdentityAssociation({ clusterName, associationId });
    },
  ],
])('%s can be made of its approval: the same request under the same token', async (_, who, ask) => {
  const client = await clientOf(who);
  const id = idOf(await ask(client));
  const shown = await client.heldRequest({ id });
  const request = shown && resumedRequest(shown);
  if (!request) throw new Error('The request cannot be made.');
  const approval = await stored.getApproval(parseApprovalId(id)?.key ?? '');
  expect(fingerprintOfInput(request)).toBe(approval?.fingerprint);
  expect(idOf(await sendResumed(client, request))).toBe(id);

  await approvals.approve('nina', id);
  const other = await clientOf(who);
  expect(await sendResumed(other, request)).toMatchObject({
    kind: 'succeeded',
    clientRequestToken: request.input.clientRequestToken,
  });
  expect(await stored.getApproval(parseApprovalId(id)?.key ?? '')).toMatchObject({ state: 'USED' });
  expect(await sendResumed(client, request)).toMatchObject({ kind: 'succeeded', replayed: true });
});

describe('the token of an approval', () => {
  const tokenOf = async (who: Who, id: string) => {
    const document = 'query ($id: ID!) { result: approval(id: $id) { clientRequestToken } }';
    return approvals.send<{ clientRequestToken: string | null } | null>(who, document, { id });
  };
  const asked = async (who: Who) => {
    const { refusal } = await approvals.create(who, { clientRequestToken: 'secret-token' });
    return refusal?.approval?.id ?? '';
  };

  test('is shown to who asked', async () => {
    expect(await tokenOf('alice', await asked('alice'))).toEqual({ clientRequestToken: 'secret-token' });
    expect(await tokenOf('aliceViaChatops', await asked('aliceViaChatops'))).toEqual({
      clientRequestToken: 'secret-token',
    });
  });

  test.each<[string, Who, Who]>([
    ['an approver', 'alice', 'nina'],
    ['an auditor', 'alice', 'olivia'],
    ['the person without the service through which they asked', 'aliceViaChatops', 'alice'],
    ['the person through a service, if they asked without it', 'alice', 'aliceViaChatops'],
    ['the service alone', 'aliceViaChatops', 'chatops'],
  ])('is null for %s', async (_, asker, reader) => {
    expect(await tokenOf(reader, await asked(asker))).toEqual({ clientRequestToken: null });
  });

  test('is in no entry of the trail, no log, and no answer to a vote', async () => {
    const id = await asked('alice');
    const voted = await approvals.send(
      'nina',
      'mutation ($id: ID!) { result: approve(input: { approvalId: $id }) { approval { clientRequestToken } } }',
      { id },
    );
    expect(voted).toEqual({ approval: { clientRequestToken: null } });
    await approvals.create('alice', { clientRequestToken: 'secret-token' });
    const { entries } = await stored.readTrail({
      ...noFilters,
      partition: { kind: 'all' },
      limit: 1_000,
      before: null,
    });
    expect(entries.length).toBeGreaterThan(3);
    expect(JSON.stringify([entries, gateway.logged])).not.toContain('secret-token');
  });
});
