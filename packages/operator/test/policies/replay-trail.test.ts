import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoleAttributes } from '../../../../src/model/decision.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../../../src/policy/policy.ts';
import { loadPolicy } from '../../../../src/policy/load.ts';
import { runOperator } from '../run-operator.ts';
import {
  alice,
  association,
  bob,
  context,
  copyOfShipped,
  create,
  forbidWhen,
  onCreate,
  pat,
  person,
  remove,
  replaceIn,
  request,
  service,
  update,
} from '../../../../test/support/policy-sample.ts';

const command = ['policies', 'replay'];

let folder: string;
let trail: string;
let lines: string[];

beforeEach(() => {
  folder = copyOfShipped();
  trail = join(folder, 'trail.ndjson');
  lines = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Adds a line of the export: a request, decided by the policies of the folder as they are now. */
function record(asked: AuthorizationRequest, operation: object, who: AuthorizationContext, fields: object = {}) {
  const { authorize, recordPrincipal } = loadPolicy(folder);
  const decision = authorize(who, asked);
  lines.push(
    JSON.stringify({
      v: 1,
      ...operation,
      ...who.identity,
      principal: recordPrincipal(who.identity.principal),
      actor: who.identity.actor && recordPrincipal(who.identity.actor),
      onBehalfOf: who.onBehalfOf,
      reason: who.hasReason ? 'because' : null,
      event: decision.allowed ? 'INTENT' : 'DENIED',
      fence: decision.allowed ? 1 : null,
      operationId: `operation-${lines.length}`,
      time: new Date(who.now).toISOString(),
      omitted: [],
      decision,
      ...fields,
    }),
  );
}

function recordCreate(who: AuthorizationContext, change: Partial<typeof request> = {}, fields: object = {}) {
  const operation = { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request: { ...request, ...change }, before: null };
  record(create(change), operation, who, fields);
}

async function replay(...args: readonly string[]) {
  writeFileSync(trail, `${lines.join('\n')}\n`);
  const { status, stdout, stderr } = await runOperator([...command, '--trail', trail, '--policies', folder, ...args]);
  return { status, out: stdout, err: stderr };
}

test('reports no difference with the policies that decided', async () => {
  recordCreate(context(alice));
  recordCreate(context(bob));
  const before = association();
  const { accountId, region, clusterName, associationId } = before;
  const reference = { accountId, region, clusterName, associationId, expectedModifiedAt: null };
  const changes = { disableSessionTags: true };
  const updated = { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: { ...reference, changes }, before };
  record(update({}, changes), updated, context(alice));
  record(remove(), { operation: 'DELETE_POD_IDENTITY_ASSOCIATION', request: reference, before }, context(alice));
  expect(await replay()).toEqual({
    status: 0,
    out: '4 requests replayed: 0 now denied, 0 now allowed, 0 decided by other policies\n',
    err: '',
  });
});

test('lists each decision that changed policies flip, with counts and who is affected', async () => {
  const chatops = service('https://issuer.example#chatops');
  recordCreate(context(alice));
  recordCreate(context(chatops, { onBehalfOf: 'alice@example.com' }));
  recordCreate(context(alice), { serviceAccount: 'other' });
  replaceIn(join(folder, 'guardrails.cedar'), 'serviceAccount == "default"', 'serviceAccount == "payments-api"');
  const { status, out } = await replay();
  const target = '111122223333/eu-central-1/apps-dev/payments/payments-api';
  expect({ status, lines: out.trimEnd().split('\n') }).toEqual({
    status: 1,
    lines: [
      `2026-11-02T00:00:00.000Z CreatePodIdentityAssociation ${target} by https://issuer.example#alice, operation operation-0: allowed by owners-create; now denied by no-default-service-account`,
      `2026-11-02T00:00:00.000Z CreatePodIdentityAssociation ${target} by https://issuer.example#chatops on behalf of alice@example.com, operation operation-1: allowed by owners-create; now denied by no-default-service-account`,
      '3 requests replayed: 2 now denied, 0 now allowed, 0 decided by other policies',
      '1 of https://issuer.example#alice',
      '1 of https://issuer.example#chatops',
    ],
  });
});

test('lists decisions that a changed inventory flips', async () => {
  recordCreate(context(alice));
  recordCreate(context(bob));
  const inventory = join(folder, 'changed.json');
  const text = readFileSync(join(folder, 'inventory.json'), 'utf8');
  writeFileSync(
    inventory,
    text.replace('"name": "payments", "owners": ["payments-team"]', '"name": "payments", "owners": ["search-team"]'),
  );
  const { status, out } = await replay('--inventory', inventory);
  expect(status).toBe(1);
  expect(out).toContain('by https://issuer.example#alice, operation operation-0: allowed by owners-create; now denied');
  expect(out).toContain('by https://issuer.example#bob, operation operation-1: denied by default-deny; now allowed');
  expect(out).toContain('2 requests replayed: 1 now denied, 1 now allowed, 0 decided by other policies\n');
});

test('counts decisions that are the same for other reasons, which are no difference', async () => {
  recordCreate(context(bob));
  replaceIn(join(folder, 'guardrails.cedar'), 'serviceAccount == "default"', 'serviceAccount == "payments-api"');
  const { status, out } = await replay();
  expect({ status, out }).toEqual({
    status: 0,
    out: '1 requests replayed: 0 now denied, 0 now allowed, 1 decided by other policies\n',
  });
});

test('uses the time of the decision', async () => {
  const friday =
    '@id("friday") @message("m") @advice("a") forbid (principal, action, resource) when { context.weekday == "Friday" };';
  recordCreate(context(alice, { now: Date.parse('2026-11-27T12:00:00Z') }));
  recordCreate(context(alice, { now: Date.parse('2026-11-26T12:00:00Z') }));
  writeFileSync(join(folder, 'friday.cedar'), friday);
  const { out } = await replay();
  expect(out).toContain('2026-11-27T12:00:00.000Z CreatePodIdentityAssociation');
  expect(out).toContain('2 requests replayed: 1 now denied, 0 now allowed');
});

test('replays each request once, and skips entries without a decision', async () => {
  recordCreate(context(alice));
  recordCreate(context(alice), {}, { event: 'SUCCEEDED', fence: 1 });
  recordCreate(context(alice), {}, { event: 'INVALID', fence: null, decision: null, request: null });
  lines.push(JSON.stringify({ operation: 'READ_AUDIT_TRAIL', event: 'TRAIL_READ', request: null, decision: null }));
  expect((await replay()).out).toMatch(/^1 requests replayed/);
});

test('counts requests that can not be replayed whole, and fails', async () => {
  recordCreate(context(alice), {}, { omitted: ['request.tags'] });
  recordCreate(context(alice), {}, { omitted: ['decision.slice'] });
  const { status, out } = await replay();
  expect(status).toBe(1);
  expect(out).toContain('1 requests replayed: 0 now denied');
  expect(out).toContain("1 requests can't be replayed: their entries leave out parts for their size\n");
});

describe('Groups of a principal that are not recorded', () => {
  const eve = context(person('eve', 'payments-team', 'project-x'));
  const rule = (group: string, more = '') =>
    forbidWhen(
      `resource.namespace.name == "payments" && !(principal in PodIdentity::Group::"${group}") ${more}`,
      onCreate,
    );
  const addRule = (text: string) => writeFileSync(join(folder, 'team.cedar'), text);
  const warning = /can be decided otherwise/;

  test('are not mentioned if they change no decision', async () => {
    recordCreate(eve);
    recordCreate(eve, { namespace: 'search' });
    const nextToIt = rule('project-x').replace('"payments" &&', '"search-of-others" &&');
    addRule(`${nextToIt} ${rule('payments-team').replace('"condition"', '"of-owners"')}`);
    expect(await replay()).toEqual({
      status: 0,
      out: '2 requests replayed: 0 now denied, 0 now allowed, 0 decided by other policies\n',
      err: '',
    });
  });

  test('are named if one of them would change a decision of the changed policies', async () => {
    recordCreate(eve);
    recordCreate(context(alice));
    recordCreate(eve, { serviceAccount: 'default' });
    addRule(rule('project-x'));
    const { out } = await replay();
    expect(out).toContain('3 requests replayed: 2 now denied');
    // Alice has no other groups, and the service account default is denied to every group.
    expect(out).toContain(
      "1 requests can be decided otherwise: their entries don't say whether the principals are in project-x\n",
    );
  });

  test('are those of the actor too', async () => {
    const chatops = service('https://issuer.example#chatops', 'bots');
    recordCreate(context(alice, { actor: chatops }));
    addRule(forbidWhen('context has actor && !(context.actor in PodIdentity::Group::"bots")', onCreate));
    expect((await replay()).out).toContain('whether the principals are in bots\n');
  });

  test('do not include groups that the policies of that time named, as other entries and the hash of the policies show', async () => {
    const stranger = context(person('dan', 'project-x'));
    addRule('// Not the policies of the package.');
    recordCreate(stranger);
    expect((await replay()).out).not.toMatch(warning);
    addRule('// Other policies.');
    expect((await replay()).out).toContain('whether the principals are in platform-admins\n');
    addRule('// Not the policies of the package.');
    recordCreate(context(pat));
    addRule('// Other policies.');
    expect((await replay()).out).not.toMatch(warning);
  });

  test('do not include groups that the policies of the package name, if these decided', async () => {
    recordCreate(context(person('dan', 'project-x')));
    addRule('// Other policies.');
    expect((await replay()).out).not.toMatch(warning);
  });
});

test('names the line of an entry that is not valid, and a file that does not exist', async () => {
  recordCreate(context(alice));
  lines.push('{"operation": 1}');
  const { status, err } = await replay();
  expect({ status, err }).toEqual({
    status: 1,
    err: expect.stringContaining(`${trail}:2 is not valid: - operation: `),
  });
  const missing = await runOperator([...command, '--trail', join(folder, 'none')]);
  expect({ ...missing, stderr: missing.stderr.split('\n').length }).toEqual({ status: 1, stdout: '', stderr: 2 });
});

test.each([
  [['--since', 'yesterday'], '--since is "yesterday": give an RFC 3339 timestamp'],
  [['--since', '2026-11-24T10:00:00Z', '--trail', 'x'], 'Give --trail or --since, not both.'],
  [['entry.json', '--trail', 'x'], 'Give an ENTRY, or --trail or --since with their options, not both.'],
])('rejects the arguments %j', async (args, message) => {
  const { status, stderr } = await runOperator([...command, ...args]);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

describe('policies that use tags of roles', () => {
  const tags = [{ key: 'team', value: 'payments' }];
  const withRoles = (asked: AuthorizationRequest, ...roles: readonly RoleAttributes[]) =>
    ({ ...asked, roles }) as AuthorizationRequest;

  beforeEach(() => copyFileSync(join(folder, 'examples/role-team-tag.cedar'), join(folder, 'role-team-tag.cedar')));

  test('decide with the tags that are recorded', async () => {
    const operation = { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request, before: null };
    const facts: RoleAttributes = { arn: request.roleArn, kind: 'found', tags, permissionsBoundary: null };
    record(withRoles(create(), facts), operation, context(alice));
    record(withRoles(create(), { ...facts, tags: [] }), operation, context(alice));
    expect(await replay()).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^2 requests replayed: 0 now/) as string,
    });
    replaceIn(join(folder, 'role-team-tag.cedar'), '== resource.namespace.name', '!= resource.namespace.name');
    const { status, out } = await replay();
    expect(status).toBe(1);
    expect(out).toContain('allowed by owners-create; now denied by role-has-team-tag');
  });

  describe('on a request whose entry has no tags', () => {
    const { roleArn } = request;
    const change = (file: string, text?: string) => {
      const example = join(folder, 'examples', file);
      writeFileSync(join(folder, file), text ?? readFileSync(example, 'utf8'));
    };

    beforeEach(() => {
      rmSync(join(folder, 'role-team-tag.cedar'));
      recordCreate(context(alice));
      recordCreate(context(bob));
    });

    test('leave open a decision that depends on the role, and name it', async () => {
      change('role-team-tag.cedar');
      const { status, out } = await replay();
      expect(status).toBe(1);
      // Bob is denied whatever the role is.
      expect(out).toBe(
        [
          '1 requests replayed: 0 now denied, 0 now allowed, 0 decided by other policies',
          "1 requests depend on tags or the permissions boundary of roles, which their entries don't have: give the roles with --roles",
          `1 with ${roleArn}, by role-has-team-tag`,
          '',
        ].join('\n'),
      );
    });

    test('decide it if every role gives the same decision', async () => {
      // It does not apply in development, whatever the role.
      change('role-boundary.cedar');
      expect(await replay()).toMatchObject({ status: 0, out: expect.stringMatching(/^2 requests replayed: 0 now/) });
      change('permit.cedar', forbidWhen('context has iamRole', onCreate));
      expect((await replay()).out).toContain('allowed by owners-create; now denied by condition');
    });

    test('leave open a permit on a role, also for a person in onBehalfOf', async () => {
      const chatops = service('https://issuer.example#chatops');
      recordCreate(context(chatops, { onBehalfOf: 'bob@example.com' }));
      change(
        'permit.cedar',
        `@id("tagged") permit (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
        when { context has iamRole && context.iamRole.hasTag("open") };`,
      );
      const { out } = await replay();
      expect(out).toContain('1 requests replayed: 0 now denied');
      expect(out).toContain('2 requests depend on tags');
      expect(out).toContain(`2 with ${roleArn}, by tagged\n`);
    });

    test.each([
      ['tags that it requires', { tags }, 0, '0 now denied'],
      ['no tags', {}, 1, '1 now denied'],
      ['no role', { exists: false }, 1, '1 now denied'],
    ])('decide it with %s in the file of roles', async (_, attributes, expected, counts) => {
      change('role-team-tag.cedar');
      const roles = join(folder, 'roles.json');
      writeFileSync(roles, JSON.stringify([{ arn: roleArn, ...attributes }]));
      const { status, out } = await replay('--roles', roles);
      expect(status).toBe(expected);
      expect(out).toContain(`2 requests replayed: ${counts}, 0 now allowed`);
      expect(out).not.toContain('depend');
    });
  });

  test('say what is wrong with the file of roles', async () => {
    const roles = join(folder, 'roles.json');
    writeFileSync(roles, '[{ "name": "x" }]');
    const { status, err } = await replay('--roles', roles);
    const message = `${roles} is not valid:\n- 0.arn: is missing`;
    expect({ status, err }).toEqual({ status: 1, err: expect.stringContaining(message) });
    const missing = await replay('--roles', join(folder, 'none.json'));
    expect(missing).toMatchObject({ status: 1, err: expect.stringMatching(/^The roles can't be read: ENOENT/) });
  });
});
