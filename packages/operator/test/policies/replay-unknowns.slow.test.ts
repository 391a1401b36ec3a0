// No quick test.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RoleAttributes } from '../../../../src/model/decision.ts';
import type { AuthorizationRequest } from '../../../../src/policy/policy.ts';
import {
  alice,
  bob,
  context,
  create,
  forbidWhen,
  onCreate,
  pat,
  person,
  replaceIn,
  request,
  service,
} from '../../../../test/support/policy-sample.ts';
import { openTrail } from './open-trail.ts';

let sample: ReturnType<typeof openTrail>;

beforeEach(() => {
  sample = openTrail();
});

afterEach(() => sample.remove());

describe('Groups of a principal that are not recorded', () => {
  const eve = context(person('eve', 'payments-team', 'project-x'));
  const rule = (group: string, more = '') =>
    forbidWhen(
      `resource.namespace.name == "payments" && !(principal in PodIdentity::Group::"${group}") ${more}`,
      onCreate,
    );
  const addRule = (text: string) => writeFileSync(join(sample.folder, 'team.cedar'), text);
  const warning = /can be decided otherwise/;

  test('are not mentioned if they change no decision', async () => {
    sample.recordCreate(eve);
    sample.recordCreate(eve, { namespace: 'search' });
    const nextToIt = rule('project-x').replace('"payments" &&', '"search-of-others" &&');
    addRule(`${nextToIt} ${rule('payments-team').replace('"condition"', '"of-owners"')}`);
    expect(await sample.replay()).toEqual({
      status: 0,
      out: '2 requests replayed: 0 now denied, 0 now allowed, 0 now needing approval, 0 decided by other policies\n',
      err: '',
    });
  });

  test('are named if one of them would change a decision of the changed policies', async () => {
    sample.recordCreate(eve);
    sample.recordCreate(context(alice));
    sample.recordCreate(eve, { serviceAccount: 'default' });
    addRule(rule('project-x'));
    const { out } = await sample.replay();
    expect(out).toContain('3 requests replayed: 2 now denied');
    // Alice has no other groups, and the service account default is denied to every group.
    expect(out).toContain(
      "1 requests can be decided otherwise: their entries don't say whether the principals are in project-x\n",
    );
  });

  test('are those of the actor too', async () => {
    const chatops = service('https://issuer.example#chatops', 'bots');
    sample.recordCreate(context(alice, { actor: chatops }));
    addRule(forbidWhen('context has actor && !(context.actor in PodIdentity::Group::"bots")', onCreate));
    expect((await sample.replay()).out).toContain('whether the principals are in bots\n');
  });

  test('do not include groups that the policies of that time named, as other entries and the hash of the policies show', async () => {
    const stranger = context(person('dan', 'project-x'));
    addRule('// Not the policies of the package.');
    sample.recordCreate(stranger);
    expect((await sample.replay()).out).not.toMatch(warning);
    addRule('// Other policies.');
    expect((await sample.replay()).out).toContain('whether the principals are in platform-admins\n');
    addRule('// Not the policies of the package.');
    sample.recordCreate(context(pat));
    addRule('// Other policies.');
    expect((await sample.replay()).out).not.toMatch(warning);
  });

  test('do not include groups that the policies of the package name, if these decided', async () => {
    sample.recordCreate(context(person('dan', 'project-x')));
    addRule('// Other policies.');
    expect((await sample.replay()).out).not.toMatch(warning);
  });
});

describe('policies that use tags of roles', () => {
  const tags = [{ key: 'team', value: 'payments' }];
  const withRoles = (asked: AuthorizationRequest, ...roles: readonly RoleAttributes[]) =>
    ({ ...asked, roles }) as AuthorizationRequest;

  beforeEach(() =>
    copyFileSync(join(sample.folder, 'examples/role-team-tag.cedar'), join(sample.folder, 'role-team-tag.cedar')),
  );

  test('decide with the tags that are recorded', async () => {
    const operation = { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request, before: null };
    const facts: RoleAttributes = { arn: request.roleArn, kind: 'found', tags, permissionsBoundary: null };
    sample.record(withRoles(create(), facts), operation, context(alice));
    sample.record(withRoles(create(), { ...facts, tags: [] }), operation, context(alice));
    expect(await sample.replay()).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^2 requests replayed: 0 now/) as string,
    });
    replaceIn(join(sample.folder, 'role-team-tag.cedar'), '== resource.namespace.name', '!= resource.namespace.name');
    const { status, out } = await sample.replay();
    expect(status).toBe(1);
    expect(out).toContain('allowed by owners-create; now denied by role-has-team-tag');
  });

  describe('on a request whose entry has no tags', () => {
    const { roleArn } = request;
    const change = (file: string, text?: string) => {
      const example = join(sample.folder, 'examples', file);
      writeFileSync(join(sample.folder, file), text ?? readFileSync(example, 'utf8'));
    };

    beforeEach(() => {
      rmSync(join(sample.folder, 'role-team-tag.cedar'));
      sample.recordCreate(context(alice));
      sample.recordCreate(context(bob));
    });

    test('leave open a decision that depends on the role, and name it', async () => {
      change('role-team-tag.cedar');
      const { status, out } = await sample.replay();
      expect(status).toBe(1);
      // Bob is denied whatever the role is.
      expect(out).toBe(
        [
          '1 requests replayed: 0 now denied, 0 now allowed, 0 now needing approval, 0 decided by other policies',
          "1 requests depend on tags or the permissions boundary of roles, which their entries don't have: give the roles with --roles",
          `1 with ${roleArn}, by role-has-team-tag`,
          '',
        ].join('\n'),
      );
    });

    test('decide it if every role gives the same decision', async () => {
      // It does not apply in development, whatever the role.
      change('role-boundary.cedar');
      expect(await sample.replay()).toMatchObject({
        status: 0,
        out: expect.stringMatching(/^2 requests replayed: 0 now/),
      });
      change('permit.cedar', forbidWhen('context has iamRole', onCreate));
      expect((await sample.replay()).out).toContain('allowed by owners-create; now denied by condition');
    });

    test('leave open a permit on a role, also for a person in onBehalfOf', async () => {
      const chatops = service('https://issuer.example#chatops');
      sample.recordCreate(context(chatops, { onBehalfOf: 'bob@example.com' }));
      change(
        'permit.cedar',
        `@id("tagged") permit (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
        when { context has iamRole && context.iamRole.hasTag("open") };`,
      );
      const { out } = await sample.replay();
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
      const roles = join(sample.folder, 'roles.json');
      writeFileSync(roles, JSON.stringify([{ arn: roleArn, ...attributes }]));
      const { status, out } = await sample.replay('--roles', roles);
      expect(status).toBe(expected);
      expect(out).toContain(`2 requests replayed: ${counts}, 0 now allowed`);
      expect(out).not.toContain('depend');
    });
  });

  test('say what is wrong with the file of roles', async () => {
    const roles = join(sample.folder, 'roles.json');
    writeFileSync(roles, '[{ "name": "x" }]');
    const { status, err } = await sample.replay('--roles', roles);
    const message = `${roles} is not valid:\n- 0.arn: is missing`;
    expect({ status, err }).toEqual({ status: 1, err: expect.stringContaining(message) });
    const missing = await sample.replay('--roles', join(sample.folder, 'none.json'));
    expect(missing).toMatchObject({ status: 1, err: expect.stringMatching(/^The roles can't be read: ENOENT/) });
  });
});
