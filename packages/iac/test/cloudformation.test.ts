import { randomUUID } from 'node:crypto';
import { anonymous, makeGatewayClient } from 'pod-identity-client';
import { describeUnless } from '../../../test/support/requires.ts';
import { makeHandler } from '../src/handler.ts';
import { associationsOf, openFunction } from './function.ts';
import type { Opened } from './function.ts';
import { missingOpenSsl } from './response-bucket.ts';
import { makeStack } from './stack.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/payments-${name}`;
const api = {
  ClusterName: 'apps-dev',
  Namespace: 'payments',
  ServiceAccount: 'api',
  RoleArn: role('api'),
  Tags: [{ Key: 'team', Value: 'payments' }],
};

describeUnless(missingOpenSsl)('a resource of CloudFormation', () => {
  let opened: Opened;
  beforeEach(async () => (opened = await openFunction()));
  afterEach(() => opened.close());
  const associations = () => associationsOf(opened);
  const changes = () => {
    const requests = opened.gateway.simulator.control.requests();
    return requests.filter(({ operation }) => /^(Create|Update|Delete)/.test(operation ?? '')).length;
  };

  test('is created, changed and deleted with its association', async () => {
    const stack = makeStack(opened, 'payments');
    expect(await stack.deploy({ Api: api })).toBeNull();
    const { associationId = '', roleArn } = associations()['payments/api'] ?? {};
    expect(roleArn).toBe(role('api'));
    expect(stack.sent[0]).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: '111122223333/eu-central-1/apps-dev/payments/api',
      Data: {
        Change: 'CREATE',
        AssociationId: associationId,
        AssociationArn: `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${associationId}`,
      },
    });
    expect(await stack.deploy({ Api: { ...api, RoleArn: role('worker') } })).toBeNull();
    expect(associations()['payments/api']).toMatchObject({ associationId, roleArn: role('worker') });
    expect(await stack.remove()).toBeNull();
    expect(associations()).toEqual({});
    expect(changes()).toBe(3);
  });

  test('that moves to another service account is made there, and then deleted where it was', async () => {
    const stack = makeStack(opened, 'payments');
    await stack.deploy({ Api: api });
    expect(await stack.deploy({ Api: { ...api, ServiceAccount: 'api-2' } })).toBeNull();
    expect(Object.keys(associations())).toEqual(['payments/api-2']);
    expect(stack.sent.map(({ RequestType, PhysicalResourceId: id }) => [RequestType, id.split('/').at(-1)])).toEqual([
      ['Create', 'api'],
      ['Update', 'api-2'],
      ['Delete', 'api'],
    ]);
    expect(changes()).toBe(3);
  });

  test('that names the account and the region where it is stays the same', async () => {
    const stack = makeStack(opened, 'payments');
    await stack.deploy({ Api: api });
    expect(await stack.deploy({ Api: { ...api, AccountId: '111122223333', Region: 'eu-central-1' } })).toBeNull();
    expect(stack.sent.map(({ RequestType, Data }) => [RequestType, Data?.Change])).toEqual([
      ['Create', 'CREATE'],
      ['Update', 'NONE'],
    ]);
  });

  test('loses tags and expiry that it does not declare any more', async () => {
    const stack = makeStack(opened, 'payments');
    const ExpiresAt = new Date(opened.gateway.clock.now() + 86_400_000).toISOString();
    await stack.deploy({ Api: { ...api, Tags: [...api.Tags, { Key: 'app', Value: 'api' }], ExpiresAt } });
    expect(associations()['payments/api']?.tags).toMatchObject({ app: 'api', team: 'payments' });
    expect(await stack.deploy({ Api: api })).toBeNull();
    expect(stack.sent.map(({ Data }) => Data?.Change)).toEqual(['CREATE', 'UPDATE,UNTAG']);
    expect(associations()['payments/api']?.tags).not.toHaveProperty('app');
  });

  test('has one effect however often its requests are repeated', async () => {
    const stack = makeStack(opened, 'payments');
    await stack.deploy({ Api: api }, 3);
    await stack.deploy({ Api: { ...api, ServiceAccount: 'api-2' } }, 3);
    await stack.deploy({}, 3);
    expect(associations()).toEqual({});
    expect(changes()).toBe(4);
    expect(opened.bucket.responses().every(({ Status }) => Status === 'SUCCESS')).toBe(true);
  });

  test('has one effect if answers of the gateway and of CloudFormation are lost', async () => {
    const stack = makeStack(opened, 'payments');
    opened.route.faults.push('lost answer', 'not sent');
    opened.bucket.replies.push('lost', 503);
    expect(await stack.deploy({ Api: api })).toBeNull();
    expect(opened.bucket.received).toHaveLength(3);
    expect(Object.keys(associations())).toEqual(['payments/api']);
    expect(changes()).toBe(1);
  });

  test('that others deleted is made again by its next change, and deleting it then succeeds without effect', async () => {
    const stack = makeStack(opened, 'payments');
    await stack.deploy({ Api: api });
    const { control } = opened.gateway.simulator;
    for (const { associationId } of Object.values(associations())) control.deleteAssociation(associationId);
    expect(await stack.deploy({ Api: { ...api, RoleArn: role('worker') } })).toBeNull();
    expect(associations()['payments/api']).toMatchObject({ roleArn: role('worker') });
    for (const { associationId } of Object.values(associations())) control.deleteAssociation(associationId);
    expect(await stack.remove()).toBeNull();
    expect(changes()).toBe(2);
  });

  test('that policy denies fails with its advice, and undoing it needs no permission', async () => {
    const stack = makeStack(opened, 'payments');
    const reason = await stack.deploy({ Api: api, Other: { ...api, Namespace: 'search' } });
    expect(reason).toMatch(/^111122223333\/eu-central-1\/apps-dev\/search\/api: .*search-team/);
    expect(stack.sent.map(({ RequestType, Status }) => `${RequestType} ${Status}`)).toEqual([
      'Create SUCCESS',
      'Create FAILED',
      'Delete SUCCESS',
      'Delete SUCCESS',
    ]);
    expect(stack.sent[1]?.PhysicalResourceId).toMatch(/^not-created\//);
    expect(associations()).toEqual({});
  });

  test('that cannot move stays where it was', async () => {
    const stack = makeStack(opened, 'payments');
    await stack.deploy({ Api: api });
    expect(await stack.deploy({ Api: { ...api, Namespace: 'search' } })).toContain('search-team');
    expect(Object.keys(associations())).toEqual(['payments/api']);
    expect(stack.sent.map(({ RequestType, Status }) => `${RequestType} ${Status}`)).toEqual([
      'Create SUCCESS',
      'Update FAILED',
      'Update SUCCESS',
    ]);
  });

  test('with properties that it does not have fails, naming them, and undoing it has no effect', async () => {
    const stack = makeStack(opened, 'payments');
    expect(await stack.deploy({ Api: { ...api, Role: 'x', TakeOver: 'yes' } })).toBe(
      'takeOver has to be true or false. Unknown: role. The properties are clusterName, accountId, region, namespace, ' +
        'serviceAccount, roleArn, targetRoleArn, disableSessionTags, policy, tags, expiresAt, takeOver, attempt, reason, onBehalfOf, ' +
        'waitForApprovalMinutes.',
    );
    expect(opened.route.seen).toEqual([]);
  });

  test('whose create got no answer may have been made, and is deleted when the create is undone', async () => {
    const stack = makeStack(opened, 'payments');
    const lost = Array.from({ length: 100 }, () => 'lost answer' as const);
    opened.route.faults.push(...lost);
    const event = { RequestType: 'Create', LogicalResourceId: 'Api', ResourceProperties: api } as const;
    const failed = await stack.send(event, { timeoutMs: 1_500 });
    opened.route.faults.splice(0);
    expect(failed).toMatchObject({
      Status: 'FAILED',
      PhysicalResourceId: '111122223333/eu-central-1/apps-dev/payments/api',
    });
    expect(Object.keys(associations())).toEqual(['payments/api']);
    const { PhysicalResourceId } = failed;
    expect(await stack.send({ ...event, RequestType: 'Delete', PhysicalResourceId })).toMatchObject({
      Status: 'SUCCESS',
    });
    expect(associations()).toEqual({});
  });

  test('fails at once if the function is not set up', async () => {
    const connect = () => makeGatewayClient({ url: '', authentication: anonymous });
    const handler = makeHandler({ connect, agent: opened.bucket.agent, log: () => undefined });
    const ids = {
      StackId: 'arn:aws:cloudformation:eu-central-1:1:stack/x/y',
      RequestId: 'r',
      LogicalResourceId: 'Api',
    };
    const event = { RequestType: 'Create', ResponseURL: opened.bucket.url, ...ids, ResourceProperties: api };
    const context = { invokedFunctionArn: 'arn:aws:lambda:eu-central-1:111122223333:function:x' };
    await handler(event, { ...context, getRemainingTimeInMillis: () => 60_000 });
    expect(opened.bucket.responses()).toEqual([
      expect.objectContaining({ Status: 'FAILED', Reason: expect.stringContaining('is not the URL of a gateway') }),
    ]);
  });

  describe('that another stack has too', () => {
    test('is refused to the second stack if it wants another role, and stays when that one is undone and deleted', async () => {
      const [first, second] = [makeStack(opened, 'first'), makeStack(opened, 'second')];
      await first.deploy({ Api: api });
      expect(await second.deploy({ Api: { ...api, RoleArn: role('worker') } })).toContain('takeOver');
      expect(await second.remove()).toBeNull();
      expect(associations()['payments/api']).toMatchObject({ roleArn: role('api') });
      expect(changes()).toBe(1);
    });

    test('is refused to the second stack if it wants the same: it would be gone with the first', async () => {
      const [first, second] = [makeStack(opened, 'first'), makeStack(opened, 'second')];
      await first.deploy({ Api: api });
      expect(await second.deploy({ Api: api })).toContain('Set takeOver to take it over.');
      expect(second.sent[0]?.PhysicalResourceId).toMatch(/^not-created\//);
      expect(Object.keys(associations())).toEqual(['payments/api']);
    });

    test('is of the second stack once it takes it over, and deleting the first has no effect', async () => {
      const [first, second] = [makeStack(opened, 'first'), makeStack(opened, 'second')];
      await first.deploy({ Api: api });
      expect(await second.deploy({ Api: { ...api, RoleArn: role('worker'), TakeOver: 'true' } })).toBeNull();
      expect(await first.remove()).toBeNull();
      expect(associations()['payments/api']).toMatchObject({ roleArn: role('worker') });
      expect(changes()).toBe(2);
      expect(await second.remove()).toBeNull();
      expect(associations()).toEqual({});
    });

    test('stays after a late delete of a deleted stack of the same name', async () => {
      const [first, again] = [makeStack(opened, 'payments'), makeStack(opened, 'payments')];
      await first.deploy({ Api: api });
      await first.remove();
      const late = first.sent.at(-1);
      await again.deploy({ Api: api });
      if (late) expect(await first.send(late)).toMatchObject({ Status: 'SUCCESS' });
      expect(Object.keys(associations())).toEqual(['payments/api']);
    });
  });

  test.each([
    ['another host', 'https://evil.example/stack'],
    ['http', 'http://cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com/x'],
  ])('whose response would go to %s is left alone', async (_, ResponseURL) => {
    const ids = {
      StackId: 'arn:aws:cloudformation:eu-central-1:1:stack/x/y',
      RequestId: 'r',
      LogicalResourceId: 'Api',
    };
    const event = { RequestType: 'Create', ResponseURL, ...ids, ResourceProperties: api };
    await expect(opened.invoke(event)).rejects.toMatchObject({ name: 'INVALID_EVENT' });
    expect(opened.route.seen).toEqual([]);
  });

  test.each([
    ['nothing', null],
    ['a text', 'Create'],
    ['an event of another service', { Records: [] }],
    ['another type of request', { RequestType: 'Read', ResponseURL: 'x', StackId: randomUUID() }],
    ['an input without lifecycle_scope', { ...api, declaration: 'x' }],
  ])('is not made by %s', async (_, event) => {
    await expect(opened.invoke(event)).rejects.toMatchObject({ name: 'INVALID_EVENT' });
  });
});
