import { parseRoleArn } from '../../src/policy/role.ts';

test.each([
  ['arn:aws:iam::111122223333:role/a', '/', 'a'],
  ['arn:aws:iam::111122223333:role/pods/payments/a', '/pods/payments/', 'a'],
  ['arn:aws:iam::111122223333:role/pods//a', '/pods//', 'a'],
  ['arn:aws-cn:iam::111122223333:role/pods/a', '/pods/', 'a'],
  ['arn:aws-us-gov:iam::111122223333:role/Name+=,.@_-1', '/', 'Name+=,.@_-1'],
])('%s has path %s and name %s', (arn, path, name) => {
  expect(parseRoleArn(arn)).toEqual({ account: '111122223333', path, name });
});

test.each([
  '',
  'role/a',
  'arn:aws:iam::111122223333:role/',
  'arn:aws:iam::111122223333:role/pods/',
  'arn:aws:iam::111122223333:rolex/a',
  'arn:aws:iam::111122223333:user/a',
  'arn:aws:sts::111122223333:assumed-role/a/b',
  'arn:aws:iam::11112222333:role/a',
  'arn:aws:iam::1111222233334:role/a',
  'arn:aws:iam:eu-central-1:111122223333:role/a',
  ' arn:aws:iam::111122223333:role/a',
])('%j is no role', (arn) => {
  expect(parseRoleArn(arn)).toBeNull();
});
