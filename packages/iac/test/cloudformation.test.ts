import { randomUUID } from 'node:crypto';
import { describeUnless } from '../../../test/support/requires.ts';
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
    return requests.filter(({ operation }) => /^(Create|Update|Delete)/.test(operation)).length;
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
});
