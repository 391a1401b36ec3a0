import { associationIdFindings, isAssociationId, parseAssociationArn } from '../../src/validation/associations.ts';
import { isClusterName, resolveCluster } from '../../src/validation/names.ts';

const id = 'a-0123456789abcdefg';
const place = { region: 'eu-central-1', accountId: '111122223333' };

test.each([
  [`arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}`, 'eu-central-1'],
  [`arn:aws-cn:eks:cn-north-1:111122223333:podidentityassociation/apps-dev/${id}`, 'cn-north-1'],
  [`arn:aws-us-gov:eks:us-gov-west-1:111122223333:podidentityassociation/apps-dev/${id}`, 'us-gov-west-1'],
])('parses the association ARN %s', (arn, region) => {
  expect(parseAssociationArn(arn)).toEqual({ ...place, region, clusterName: 'apps-dev', associationId: id });
});

test.each([
  '',
  id,
  `arn:gcp:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}`,
  `arn:aws:eks::111122223333:podidentityassociation/apps-dev/${id}`,
  `arn:aws:eks:eu-central-1:1111:podidentityassociation/apps-dev/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/-dev/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/${'a'.repeat(101)}/${id}`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}h`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}\n`,
  `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/x/${id}`,
  ` arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/${id}`,
])('rejects %j as an association ARN', (value) => {
  expect(parseAssociationArn(value)).toBeNull();
});

test('parses the ARN of an association whose ID begins with another letter', () => {
  const arn = 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/c-0123456789abcdefg';
  expect(parseAssociationArn(arn)).toMatchObject({ associationId: 'c-0123456789abcdefg' });
});

test.each([id, 'c-0123456789abcdefg', 'z-00000000000000000'])('accepts %j as an association ID', (value) => {
  expect(isAssociationId(value)).toBe(true);
  expect(associationIdFindings(value)).toEqual([]);
});

test.each([
  ...['', 'a-', 'a-0123456789abcdef', `${id}h`, `${id}\n`, 'A-0123456789abcdefg', 'a-0123456789ABCDEFG'],
  ...['aa-0123456789abcdefg', '1-0123456789abcdefg', '-0123456789abcdefgh', 'a0123456789abcdefgh', `${id} `],
])('rejects %j as an association ID', (value) => {
  expect(isAssociationId(value)).toBe(false);
  expect(associationIdFindings(value)).toHaveLength(1);
});

test.each(['', '-a', 'a b', 'a\n', 'a*', 'a'.repeat(101)])('rejects %j as a cluster name', (value) => {
  expect(isClusterName(value)).toBe(false);
});

test('resolves a cluster in the account and region of the deployment where the input has none', () => {
  const home = { accountId: '111122223333', region: 'eu-central-1' };
  expect(resolveCluster({ clusterName: 'apps' }, home)).toEqual({ ...home, clusterName: 'apps' });
  const input = { clusterName: 'apps', accountId: '444455556666', region: null };
  expect(resolveCluster(input, home)).toEqual({ ...home, accountId: '444455556666', clusterName: 'apps' });
});
