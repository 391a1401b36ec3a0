import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertObjectType, buildSchema } from 'graphql';
import { differencesBetween } from '../../packages/operator/src/policy-versions/differences.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import {
  approvalIn,
  approvalsOf,
  claimsOf,
  held,
  heldRule,
  policyVersions,
  versionOfApprovals,
  withApprovals,
} from '../support/held-requests.ts';
import type { PolicyFiles } from '../../src/policy-versions/packed-policies.ts';
import type { VotePayload, Who } from '../support/held-requests.ts';
import { claimsEvent } from '../support/lambda-event.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { wholeSelection } from './whole-selection.ts';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8'));
const everyField = (type: string, depth: number) =>
  wholeSelection(schema, assertObjectType(schema.getType(type)), depth, ['recentChanges', 'warnings', 'existing']);

// Attacks on approvals, each through the HTTP handler: none of them gets a change executed that two people did not agree on.

const ledger = () => makeSqliteLedger({ file: ':memory:' });
let stored: ReturnType<typeof ledger>;
let calls: string[];
let folder: string;
let gateway: Gateway;
let approvals: ReturnType<typeof approvalsOf>;

beforeAll(() => {
  folder = withApprovals();
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  stored = ledger();
  calls = [];
  gateway = await openGateway({ ledger: counted(stored), policies: folder });
  approvals = approvalsOf(gateway);
});

/** The ledger, which notes the names of the calls to it. */
function counted<Stored extends object>(one: Stored): Stored {
  const methods = Object.entries(one).map(([name, method]: [string, (...args: unknown[]) => unknown]) => [
    name,
    (...args: unknown[]) => {
      calls.push(name);
      return method(...args);
    },
  ]);
  return Object.fromEntries(methods) as Stored;
}

afterEach(async () => {
  await gateway.close();
  stored.close();
});

const codeOf = ({ refusal }: VotePayload) => refusal?.code ?? null;

/** That a vote was denied, the approval still waits, and nothing reached EKS. */
async function expectDenied(voted: VotePayload, id: string) {
  expect(codeOf(voted)).toBe('POLICY_DENIED');
  expect(voted.auditEntry.event).toBe('DENIED');
  expect(await approvals.read('olivia', id)).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [] }] });
  expect(gateway.sent()).toBe(0);
}

describe('votes of a principal on its own request, and of no person', () => {
  test("the principal who asked can't approve", async () => {
    const { id } = approvalIn(await approvals.create('aliceOfSecurity'));
    await expectDenied(await approvals.approve('aliceOfSecurity', id, 'It is fine.'), id);
  });

  test("the person whom a service named in onBehalfOf can't approve", async () => {
    const { id } = approvalIn(await approvals.create('chatops', { onBehalfOf: 'alice@example.com' }));
    await expectDenied(await approvals.approve('aliceOfSecurity', id), id);
  });

  test("the service that asked for a person can't approve, nor can the person through it", async () => {
    const { id } = approvalIn(await approvals.create('aliceViaChatops'));
    await expectDenied(await approvals.approve('aliceViaChatops', id), id);
    await expectDenied(await approvals.approve('chatopsOfSecurity', id), id);
  });

  test("a service in the group of approvers can't approve", async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    await expectDenied(await approvals.approve('chatopsOfSecurity', id), id);
  });

  test("an AWS session can't approve, whatever its name, in this account or another", async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    // A session of this account is of the same team, so it sees the approval; it proves no person.
    expect((await approvals.approveSigned(id))?.refusal?.code).toBe('POLICY_DENIED');
    const elsewhere = 'arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Security_0123456789abcdef/nina';
    expect((await approvals.approveSigned(id, elsewhere))?.refusal?.code).toBe('APPROVAL_NOT_FOUND');
    expect(await approvals.read('alice', id)).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [] }] });
  });

  test('the name of an approver at another issuer proves nothing', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    expect(await approvals.approveElsewhere('nina', id)).toEqual(['UNAUTHENTICATED']);
    expect(await approvals.read('alice', id)).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [] }] });
  });

  test('two approvals are of two people: a vote counts once for each person', async () => {
    const { id, needs } = approvalIn(await approvals.create('chatops'));
    expect(needs).toMatchObject([{ count: 2 }]);
    const first = await approvals.approve('nina', id);
    const again = await approvals.approve('nina', id);
    expect(again.auditEntry.id).toBe(first.auditEntry.id);
    expect(again.approval).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [{}] }] });
    expect((await approvals.approve('sven', id)).approval?.state).toBe('APPROVED');
  });

  test("a service can't relay votes on its own request, and the bot of a person who asked can relay those of others", async () => {
    const { id } = approvalIn(await approvals.create('chatops', { onBehalfOf: 'alice@example.com' }));
    // Who may not vote through the service sees nothing through it.
    expect(codeOf(await approvals.approve('ninaViaChatops', id))).toBe('APPROVAL_NOT_FOUND');
    expect(await approvals.read('nina', id)).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [] }] });
    const { id: other } = approvalIn(await approvals.create('aliceViaChatops'));
    expect((await approvals.approve('ninaViaChatops', other)).approval?.state).toBe('APPROVED');
  });
});

describe('an approval is of one request', () => {
  test('an approval does not fit other input with its token', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    expect((await approvals.approve('nina', id)).approval?.state).toBe('APPROVED');
    const other = approvalIn(await approvals.create('alice', { roleArn: held.roleArn.replace('-api', '-worker') }));
    expect(other).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [] }] });
    expect(other.id).not.toBe(id);
    expect(gateway.sent()).toBe(0);
  });

  test('an approval is used once: another token needs another one', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    await approvals.approve('nina', id);
    const created = await approvals.create('alice');
    expect(created.status).toBe('SUCCEEDED');
    expect(await approvals.read('alice', id)).toMatchObject({
      state: 'USED',
      operationId: created.auditEntry.operationId,
    });
    expect(await approvals.create('alice', { clientRequestToken: 'while it exists' })).toMatchObject({
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
    });
    gateway.simulator.control.deleteAssociation(created.association?.associationId ?? '');
    const another = approvalIn(await approvals.create('alice', { clientRequestToken: 'another' }));
    expect(another.id).not.toBe(id);
    expect(await approvals.create('alice')).toMatchObject({ status: 'SUCCEEDED' });
    expect(gateway.sent()).toBe(1);
  });

  test('an approval does not fit another principal with the same request and token', async () => {
    const { id } = approvalIn(await approvals.create('alice'));
    await approvals.approve('nina', id);
    expect(approvalIn(await approvals.create('aliceViaChatops')).id).not.toBe(id);
    expect(approvalIn(await approvals.create('chatops')).id).not.toBe(id);
    expect(gateway.sent()).toBe(0);
  });
});

const withdrawal = `mutation ($id: ID!) { result: withdrawApproval(input: { approvalId: $id }) {
  approval { id } refusal { code message } auditEntry { id event message approvalId }
} }`;
const withdraw = (who: Who, id: string) => approvals.send<VotePayload>(who, withdrawal, { id });

test("whoever did not ask can't tell an approval from none by a withdrawal: by its answer, its entry or its calls", async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  const absent = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  const seen = async (who: Who, approvalId: string) => {
    calls.length = 0;
    const withdrawn = await withdraw(who, approvalId);
    const entry = await stored.getEntry(keyOf(withdrawn.auditEntry.id));
    expect(JSON.stringify(entry).length).toBeLessThan(1_024);
    return JSON.stringify({ withdrawn, entry, calls })
      .replaceAll(approvalId.slice(0, 60), 'ID')
      .replaceAll(/[0-9A-HJKMNP-TV-Z]{26}|20\d\d-\d\d-[^"]*|"(apiRequestId|salt)":"[^"]*"/g, '');
  };
  for (const who of ['bob', 'nina', 'olivia', 'aliceViaChatops', 'chatops'] as const) {
    expect([who, await seen(who, id)]).toEqual([who, await seen(who, absent)]);
    expect(calls).toEqual(['getApproval', 'getLocks', 'appendEntry']);
  }
  expect(await approvals.read('alice', id)).toMatchObject({ state: 'PENDING' });
});

test("other teams can't tell an approval from none, read it or vote on it", async () => {
  const { id } = approvalIn(await approvals.create('alice'));
  const absent = id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
  // Queries read the locks once in ten seconds.
  await approvals.list('bob');
  const seen = async (approvalId: string) => {
    calls.length = 0;
    const [read, approved, rejected] = [
      await approvals.read('bob', approvalId),
      await approvals.approve('bob', approvalId),
      await approvals.reject('bob', approvalId, 'No.'),
    ];
    const entries = await Promise.all(
      [approved, rejected].map(({ auditEntry }) => stored.getEntry(keyOf(auditEntry.id))),
    );
    for (const entry of entries) expect(JSON.stringify(entry).length).toBeLessThan(1_024);
    const text = JSON.stringify({ read, approved, rejected, entries, calls });
    return text
      .replaceAll(approvalId.slice(0, 60), 'ID')
      .replaceAll(/[0-9A-HJKMNP-TV-Z]{26}|20\d\d-\d\d-[^"]*|"(apiRequestId|salt)":"[^"]*"/g, '');
  };
  expect(await seen(id)).toBe(await seen(absent));
  expect((await approvals.list('bob')).nodes).toEqual([]);
  expect((await approvals.list('bob', { scope: { cluster: { clusterName: 'apps-dev' } } })).nodes).toEqual([]);
  expect(codeOf(await approvals.approve('bob', id))).toBe('APPROVAL_NOT_FOUND');
  for (const who of ['alice', 'nina', 'olivia'] as const) {
    expect((await approvals.list(who)).nodes).toMatchObject([{ id }]);
    expect(await approvals.read(who, id)).toMatchObject({ id });
  }
});

test("a principal can't flood approvers: beyond the limit nothing is asked for, and others are not affected", async () => {
  const ask = (index: number) =>
    approvals.create('alice', { serviceAccount: `held-${index}`, clientRequestToken: `flood-${index}` });
  const asked = [];
  for (let index = 0; index < 21; index += 1) asked.push(await ask(index));
  expect(asked.map(({ refusal }) => refusal?.code)).toEqual([
    ...Array<string>(20).fill('APPROVAL_REQUIRED'),
    'APPROVAL_LIMIT_REACHED',
  ]);
  expect(asked.at(-1)).toMatchObject({ retryAfterSeconds: 300, refusal: { approval: null } });
  expect((await approvals.list('nina')).nodes).toHaveLength(20);
  // The same request again asks nobody again.
  expect(approvalIn(await ask(0)).id).toBe(asked[0]?.refusal?.approval?.id);
  approvalIn(await approvals.create('chatops'));
});

describe('policy versions', () => {
  /** A gateway that follows versions of the shipped policies with these in `approvals.cedar`. */
  const follow = async (first: string) => {
    const versions = policyVersions();
    versions.publish(versionOfApprovals(first));
    const settings = { refreshMs: 1, maxAgeMs: 600_000 };
    await gateway.close();
    gateway = await openGateway({ ledger: stored, versions: { store: versions.store, settings } });
    approvals = approvalsOf(gateway);
    return async (files: PolicyFiles) => {
      versions.publish(files);
      gateway.clock.skip(60_000);
      for (let round = 0; round < 100; round += 1) await gateway.current();
    };
  };

  test('a vote for a rule that changed meanwhile does not count for the new one', async () => {
    const publish = await follow(heldRule);
    const { id } = approvalIn(await approvals.create('alice'));
    await publish(versionOfApprovals(heldRule.replace('"held*"', '"hel*"')));
    await approvals.approve('nina', id);
    const again = await approvals.create('alice');
    expect(again.refusal?.message).toContain('the policy held-needs-approval changed');
    const other = approvalIn(again);
    expect(other).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [] }] });
    expect(other.id).not.toBe(id);
    expect(codeOf(await approvals.approve('sven', id))).toBe('APPROVAL_NOT_FOUND');
    await approvals.approve('nina', other.id);
    expect((await approvals.create('alice')).status).toBe('SUCCEEDED');
  });

  /** The version with a rule that denies votes under a condition. */
  const denyingVotes = (condition: string): PolicyFiles => {
    const whole = versionOfApprovals(heldRule);
    const rule = `@id("no-such-votes") @message("No.") @advice("Ask.")
      forbid (principal, action == PodIdentity::Action::"ApproveRequest", resource) when { ${condition} };`;
    return { ...whole, policies: { ...whole.policies, 'votes.cedar': rule } };
  };

  const inGroup = (name: string) => `principal in PodIdentity::Group::"${name}"`;
  test.each([
    ['does not permit them', 'context.group == PodIdentity::Group::"security"', 'policy does not permit it any more'],
    ['permits them with a comment', '!context.hasReason', 'policy does not permit it any more'],
    ['permits them at another time', 'context.now < datetime("2100-01-01")', 'policy does not permit it any more'],
    [
      'permits them from other addresses',
      'context has sourceAddress && context.sourceAddress == ip("192.0.2.1")',
      'policy does not permit it any more',
    ],
    ['could deny them by a group', inGroup('contractors'), 'a group that was not recorded'],
    [
      'could deny them by several groups together',
      `${inGroup('contractors')} && ${inGroup('visitors')}`,
      'a group that was not recorded',
    ],
  ])('votes that were given do not count once a version %s', async (_, condition, why) => {
    const publish = await follow(heldRule);
    const { id } = approvalIn(await approvals.create('alice'));
    await approvals.approve('ninaOfTwo', id);
    await publish(denyingVotes(condition));
    const again = await approvals.create('alice');
    expect(again.refusal?.message).toContain('The vote of https://issuer.example#nina at ');
    expect(again.refusal?.message).toContain(why);
    expect(approvalIn(again)).toMatchObject({ id, state: 'PENDING', needs: [{ approvedBy: [] }] });
    expect(gateway.sent()).toBe(0);
  });

  const inContractors = 'context.requestedBy has user && context.requestedBy.user in PodIdentity::Group::"contractors"';
  test.each([
    ['that denies others', 'context.hasReason'],
    ['that compares a group which was compared before', '!(principal in PodIdentity::Group::"security")'],
    ['that compares groups of who asks', inContractors],
  ])('votes that were given count after a version %s', async (_, condition) => {
    const publish = await follow(heldRule);
    const { id } = approvalIn(await approvals.create('alice'));
    await approvals.approve('ninaOfTwo', id);
    await publish(denyingVotes(condition));
    expect((await approvals.create('alice')).status).toBe('SUCCEEDED');
  });

  test('votes that were given count after a version that denies them by a group which was compared when they were given', async () => {
    const publish = await follow(heldRule);
    await publish(denyingVotes(`${inGroup('contractors')} && context.hasReason`));
    const { id } = approvalIn(await approvals.create('alice'));
    await approvals.approve('ninaOfTwo', id);
    await publish(denyingVotes(inGroup('contractors')));
    expect((await approvals.create('alice')).status).toBe('SUCCEEDED');
  });

  test.each([
    ['denies votes of their group', 'context.group == PodIdentity::Group::"security"'],
    ['permits votes of others alone', `!(${inGroup('on-call')})`],
  ])('who could approve sees no more than an outsider once a version %s, voted or not', async (_, condition) => {
    const publish = await follow(heldRule.replace('@approvers("security")', '@approvers("security")\n@count("2")'));
    const { id } = approvalIn(await approvals.create('alice', { reason: 'SECRET', clientRequestToken: 'SECRET' }));
    await approvals.approve('nina', id, 'SECRET');
    const fields = everyField('Approval', 3);
    const entries = everyField('AuditEntry', 2);
    const answersTo = async (who: Who) => {
      const answers: string[] = [];
      for (const document of [
        `{ result: approval(id: "${id}") { ${fields} } }`,
        `{ result: node(id: "${id}") { ... on Approval { ${fields} } } }`,
        `{ result: approvals(scope: { gateway: PENDING }) { nodes { ${fields} } pageInfo { hasNextPage } } }`,
        `{ result: approvals(scope: { own: OPEN }) { nodes { ${fields} } } }`,
        `{ result: auditTrail(scope: { operationId: "${id}" }, first: 10) { nodes { ${entries} } } }`,
        ...['approve', 'reject', 'withdrawApproval'].map((name) => {
          const comment = name === 'reject' ? ', comment: "No."' : '';
          return `mutation { result: ${name}(input: { approvalId: "${id}"${comment} }) { approval { ${fields} } refusal { code message } } }`;
        }),
      ])
        answers.push(JSON.stringify(await approvals.answerTo(await claimsEvent(claimsOf[who], document))));
      return answers.map((answer) => answer.replace(/"requestId":"[^"]+",/, ''));
    };
    expect(await approvals.read('sven', id)).toMatchObject({ reason: 'SECRET' });
    await publish(denyingVotes(condition));
    const outsider = await answersTo('bob');
    for (const who of ['nina', 'sven'] as const) expect(await answersTo(who)).toEqual(outsider);
    expect(await approvals.read('alice', id)).toMatchObject({ state: 'PENDING', needs: [{ approvedBy: [{}] }] });
    expect(outsider.join('')).not.toMatch(/SECRET|VALIDATION_FAILED/);
  });

  test('a version of policies for an earlier gateway, whose schema lacks what was added since, decides votes', async () => {
    const publish = await follow(heldRule);
    const { id } = approvalIn(await approvals.create('alice'));
    const whole = versionOfApprovals(heldRule);
    const schema = whole.schema.replace('    requestedBy: RequestedBy,\n', '');
    const rules = whole.policies['guardrails.cedar'] ?? '';
    const older = rules.slice(0, rules.indexOf('@id("no-vote-through-asking-service")'));
    const required = whole.required.replace('"no-vote-through-asking-service",', '');
    await publish({ ...whole, schema, required, policies: { ...whole.policies, 'guardrails.cedar': older } });
    expect((await gateway.current()).about.policyVersion?.number).toBe(1);
    expect((await approvals.approve('nina', id)).approval?.state).toBe('APPROVED');
    expect((await approvals.create('alice')).status).toBe('SUCCEEDED');
  });

  test('a version without the rules of approvals.cedar does not take effect', async () => {
    const publish = await follow(heldRule);
    const whole = versionOfApprovals(heldRule);
    const { 'approvals.cedar': _, ...policies } = whole.policies;
    await publish({ ...whole, policies });
    approvalIn(await approvals.create('alice'));
    expect(gateway.logged.filter(({ level }) => level === 'error')).not.toEqual([]);
    // Nor can it be published without saying so, whatever it requires.
    const [before, after] = [whole, { ...whole, policies, required: '["role-by-convention"]' }];
    expect(differencesBetween(before, after).removedApprovals).toContain('held-needs-approval');
  });
});

function keyOf(id: string) {
  const [operationId = '', entryId = ''] = id.split('.');
  return { operationId, entryId };
}
