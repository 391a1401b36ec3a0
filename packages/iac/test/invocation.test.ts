import { askingFor, lastApproval, security, voteOn } from '../../../test/support/approvals.ts';
import type { Asked } from '../../../test/support/approvals.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import { associationsOf, openFunction } from './function.ts';
import type { Opened } from './function.ts';
import { missingOpenSsl } from './response-bucket.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/payments-${name}`;
const api = {
  declaration: 'payments/prod/api',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  roleArn: role('api'),
  tags: { team: 'payments' },
};

/** The events of Terraform's provider (`buildInput` of its resource `aws_lambda_invocation`) and of Pulumi's, which is the same. */
const create = (input: object) => ({ ...input, tf: { action: 'create', prev_input: null } });
const update = (before: object, input: object) => ({ ...input, tf: { action: 'update', prev_input: before } });
const destroy = (input: object) => ({ ...input, tf: { action: 'delete', prev_input: input } });

describeUnless(missingOpenSsl)('an invocation by Terraform or Pulumi', () => {
  let opened: Opened;
  let pageUrl: string | null;
  const asked: { -readonly [Name in keyof Asked]: Asked[Name] } = { needs: [] };
  beforeEach(async () => {
    asked.needs = [];
    pageUrl = null;
    opened = await openFunction({
      change: (deps) => ({
        ...askingFor(asked)(deps),
        get about() {
          return { ...deps.about, pageUrl };
        },
      }),
    });
  });
  afterEach(() => opened.close());
  const associations = () => associationsOf(opened);

  test('makes, changes and deletes an association, and gives its ids', async () => {
    const made = await opened.invoke(create(api));
    const { associationId, associationArn } = associations()['payments/api'] ?? {};
    expect(made).toEqual({ change: 'CREATE', associationId, associationArn });
    const changed = { ...api, roleArn: role('worker') };
    expect(await opened.invoke(update(api, changed))).toEqual({ change: 'UPDATE', associationId, associationArn });
    expect(associations()['payments/api']).toMatchObject({ roleArn: role('worker') });
    expect(await opened.invoke(destroy(changed))).toEqual({ change: 'DELETE', associationId: '', associationArn: '' });
    expect(associations()).toEqual({});
    expect(opened.bucket.received).toEqual([]);
  });

  test('has one effect if it is repeated', async () => {
    const moved = { ...api, serviceAccount: 'api-2' };
    const events = [create(api), update(api, moved), destroy(moved)];
    for (const event of events) {
      await opened.invoke(event);
      expect(await opened.invoke(event)).toMatchObject({ change: 'NONE' });
    }
    expect(associations()).toEqual({});
  });

  test('that moves an association makes the new one, and then deletes the old one', async () => {
    await opened.invoke(create(api));
    opened.gateway.simulator.control.clearRequests();
    const moved = { ...api, serviceAccount: 'api-2', declaration: 'payments/prod/api-2' };
    expect(await opened.invoke(update(api, moved))).toMatchObject({ change: 'CREATE' });
    expect(Object.keys(associations())).toEqual(['payments/api-2']);
    const sent = opened.gateway.simulator.control.requests().map(({ operation }) => operation ?? '');
    expect(sent.filter((operation) => /^(Create|Delete)/.test(operation))).toEqual([
      'CreatePodIdentityAssociation',
      'DeletePodIdentityAssociation',
    ]);
  });

  test('that cannot move leaves what there was', async () => {
    await opened.invoke(create(api));
    await expect(opened.invoke(update(api, { ...api, namespace: 'search' }))).rejects.toMatchObject({
      name: 'POLICY_DENIED',
      message: expect.stringContaining('search-team'),
    });
    expect(Object.keys(associations())).toEqual(['payments/api']);
  });

  test('after a move that failed at its second half, the same update deletes what is left', async () => {
    await opened.invoke(create(api));
    const moved = { ...api, serviceAccount: 'api-2' };
    opened.gateway.simulator.control.addFault({
      operation: 'DeletePodIdentityAssociation',
      kind: 'throttle',
      times: 50,
    });
    await expect(opened.invoke(update(api, moved), { timeoutMs: 4_000 })).rejects.toMatchObject({
      name: 'THROTTLED',
      message: expect.stringMatching(/^111122223333\/eu-central-1\/apps-dev\/payments\/api: /),
    });
    opened.gateway.simulator.control.clearFaults();
    expect(Object.keys(associations()).sort()).toEqual(['payments/api', 'payments/api-2']);
    await opened.invoke(update(api, moved));
    expect(Object.keys(associations())).toEqual(['payments/api-2']);
  });

  test('repairs what a failed update left, whose input cannot be read', async () => {
    await opened.invoke(create(api));
    const wrong = { ...api, roleArn: '' };
    await expect(opened.invoke(update(api, wrong))).rejects.toThrow('roleArn is required.');
    expect(await opened.invoke(update(wrong, { ...api, roleArn: role('worker') }))).toMatchObject({ change: 'UPDATE' });
  });

  test('of another declaration changes and deletes nothing', async () => {
    await opened.invoke(create(api));
    const other = { ...api, declaration: 'other' };
    await expect(opened.invoke(create(other))).rejects.toMatchObject({ name: 'NOT_OWN' });
    await expect(opened.invoke(create({ ...other, roleArn: role('worker') }))).rejects.toMatchObject({
      name: 'DECLARED_ELSEWHERE',
    });
    expect(await opened.invoke(destroy(other))).toMatchObject({ change: 'NONE' });
    expect(Object.keys(associations())).toEqual(['payments/api']);
    const taken = { ...other, roleArn: role('worker'), takeOver: true };
    expect(await opened.invoke(create(taken))).toMatchObject({ change: 'UPDATE' });
    expect(await opened.invoke(destroy(api))).toMatchObject({ change: 'NONE' });
    expect(Object.keys(associations())).toEqual(['payments/api']);
  });

  test.each([
    ['no declaration', { ...api, declaration: undefined }, 'declaration is required'],
    ['an empty declaration', { ...api, declaration: '' }, 'declaration is required'],
    ['unknown properties', { ...api, role: 'x' }, 'Unknown: role.'],
  ])('with %s fails and sends nothing', async (_, input, message) => {
    await expect(opened.invoke(create(input))).rejects.toMatchObject({
      name: 'INVALID_INPUT',
      message: expect.stringContaining(message),
      stack: expect.not.stringContaining('\n'),
    });
    expect(opened.route.seen).toEqual([]);
  });

  test('without the right to call the gateway fails with what API Gateway says', async () => {
    opened.route.faults.push({ status: 403, body: '{"message":"Forbidden"}' });
    await expect(opened.invoke(create(api))).rejects.toMatchObject({ name: 'HTTP_403', mayBeDone: false });
  });

  describe('that others have to approve', () => {
    beforeEach(() => (asked.needs = [security]));

    test('fails at once, and names the approval', async () => {
      const failed = opened.invoke(create(api));
      await expect(failed).rejects.toMatchObject({ name: 'APPROVAL_REQUIRED' });
      await expect(failed).rejects.toThrow(
        /: To approve: pod-identity approve approval-\w+\.[0-9a-f]+ - then deploy again\. .*security/,
      );
      expect(associations()).toEqual({});
    });

    test('fails with the link to the approval on the page, if there is one', async () => {
      pageUrl = 'https://page.example/';
      await expect(opened.invoke(create(api))).rejects.toThrow(
        /To approve: https:\/\/page\.example\/#\/approvals\?id=approval-\S+ - then deploy again\./,
      );
    });

    test('takes effect when it is sent again after the approval', async () => {
      await expect(opened.invoke(create(api))).rejects.toThrow('To approve');
      await voteOn(opened.gateway, opened.ledger, await lastApproval(opened.ledger, opened.gateway));
      expect(await opened.invoke(create(api))).toMatchObject({ change: 'CREATE' });
    });

    test('waits for the approval if it is told to', async () => {
      const waiting = opened.invoke(create({ ...api, waitForApprovalMinutes: 14 }));
      while (opened.route.answered() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      await voteOn(opened.gateway, opened.ledger, await lastApproval(opened.ledger, opened.gateway));
      expect(await waiting).toMatchObject({ change: 'CREATE' });
    });

    test('waits no longer than the function runs', async () => {
      const waiting = opened.invoke(create({ ...api, waitForApprovalMinutes: 14 }), { timeoutMs: 1_500 });
      await expect(waiting).rejects.toMatchObject({
        name: 'APPROVAL_REQUIRED',
        message: expect.stringContaining('To approve'),
      });
    });
  });
});
