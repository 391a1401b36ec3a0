import { parseRoleArn } from '../../src/validation/role-arns.ts';
import { onlyFindingOf, rulesBrokenBy } from './create-input.ts';

const account = '111122223333';

/** A path of `length` characters, slashes included. */
const path = (length: number) => `/${'p'.repeat(length - 2)}/`;

const good = [
  `arn:aws:iam::${account}:role/checkout`,
  `arn:aws:iam::${account}:role/payments/checkout`,
  `arn:aws:iam::${account}:role/a/b/c/checkout`,
  `arn:aws:iam::${account}:role/service-role/!weird~path/checkout`,
  `arn:aws:iam::${account}:role${path(512)}checkout`,
  `arn:aws:iam::${account}:role/${'n'.repeat(64)}`,
  `arn:aws:iam::${account}:role/A_z0+=,.@-`,
  `arn:aws-cn:iam::${account}:role/checkout`,
  `arn:aws-us-gov:iam::${account}:role/checkout`,
  `arn:aws-iso:iam::${account}:role/checkout`,
  `arn:aws-iso-b:iam::${account}:role/checkout`,
  `arn:aws-iso-e:iam::${account}:role/checkout`,
  `arn:aws-iso-f:iam::${account}:role/checkout`,
  `arn:aws-eusc:iam::${account}:role/checkout`,
];

const bad: [rule: string, arns: string[]][] = [
  [
    'arn-partition',
    [
      `arn:AWS:iam::${account}:role/checkout`,
      `arn::iam::${account}:role/a`,
      `arn:gcp:iam::${account}:role/a`,
      `arn:aws-:iam::${account}:role/a`,
      `arn:awscn:iam::${account}:role/a`,
      `arn:xaws:iam::${account}:role/a`,
      `arn:aws-a-b-c:iam::${account}:role/a`,
    ],
  ],
  [
    'arn-account',
    [
      'arn:aws:iam::1111222233334:role/a',
      'arn:aws:iam::1111:role/checkout',
      'arn:aws:iam:::role/checkout',
      'arn:aws:iam::aws:role/checkout',
    ],
  ],
  [
    'role-name',
    [`arn:aws:iam::${account}:role/`, `arn:aws:iam::${account}:role/payments/`, `arn:aws:iam::${account}:role/a b`],
  ],
  [
    'role-name',
    [
      `arn:aws:iam::${account}:role/${'n'.repeat(65)}`,
      `arn:aws:iam::${account}:role/a:b`,
      `arn:aws:iam::${account}:role/ä`,
    ],
  ],
  ['role-name', [`arn:aws:iam::${account}:role/checkout\n`]],
  ['role-path', [`arn:aws:iam::${account}:role${path(513)}checkout`, `arn:aws:iam::${account}:role/a b/checkout`]],
  ['role-path', [`arn:aws:iam::${account}:role/ä/checkout`, `arn:aws:iam::${account}:role//checkout`]],
  [
    'no-wildcard',
    [`arn:aws:iam::${account}:role/*`, `arn:aws:iam::${account}:role/payments/*`, `arn:aws:iam::${account}:role/*/a`],
  ],
  [
    'role-arn',
    [
      `arn:aws:iam::${account}:role:checkout`,
      `arn:aws:iam::${account}:rolecheckout`,
      `arn:aws:iam:eu-central-1:${account}:role/a`,
    ],
  ],
  [
    'role-arn',
    [`ARN:aws:iam::${account}:role/a`, ` arn:aws:iam::${account}:role/a`, 'arn:aws:iam', 'https://example.com'],
  ],
];

describe.each(['roleArn', 'targetRoleArn'])('%s', (field) => {
  test.each(good)('may be %s', (arn) => {
    expect(rulesBrokenBy({ [field]: arn })).toEqual([]);
  });

  describe.each(bad)('breaks %s', (rule, arns) => {
    test.each(arns)('as %j', (arn) => {
      expect(rulesBrokenBy({ [field]: arn })).toEqual([`${field} ${rule}`]);
    });
  });
});

test.each([
  [`arn:aws-cn:sts::${account}:assumed-role/checkout/session-1`, `e.g. "arn:aws-cn:iam::${account}:role/checkout"`],
  [`arn:aws:sts::${account}:assumed-role/che ckout/s`, `e.g. "arn:aws:iam::${account}:role/payments/checkout"`],
  [
    `arn:aws:sts::${account}:assumed-role`,
    'This is a role session: give the ARN of the role itself, e.g. "arn:aws:iam::111122223333:role/payments/',
  ],
  [`arn:aws:sts::${account}:assumed-role/${'n'.repeat(64)}/s`, `e.g. "arn:aws:iam::${account}:role/${'n'.repeat(64)}"`],
  [`arn:aws:sts::${account}:assumed-role/${'n'.repeat(65)}/s`, 'e.g. "arn:aws:iam::111122223333:role/payments/'],
  ['arn:aws:sts::1:assumed-role/a/s', 'e.g. "arn:aws:iam::111122223333:role/payments/'],
  [`arn:gcp:sts::${account}:assumed-role/a/s`, 'e.g. "arn:aws:iam::111122223333:role/payments/'],
  [`arn:aws:iam::${account}:user/alice`, 'A user cannot be associated'],
  [`arn:aws:iam::${account}:group/admins`, 'A group cannot be associated'],
  [`arn:aws:iam::${account}:policy/read`, 'A policy cannot be associated'],
  [`arn:aws:iam::${account}:instance-profile/node`, 'the role in the instance profile'],
  [`arn:aws:iam::${account}:root`, 'The root user of an account cannot be associated'],
  [`arn:aws:sts::${account}:federated-user/alice`, 'A federated session cannot be associated'],
  ['checkout', 'e.g. "arn:aws:iam::111122223333:role/checkout"'],
  ['arn:aws:s3:::bucket', 'Give the ARN of the role from IAM'],
])('%s gets the advice: %s', (roleArn, advice) => {
  const finding = onlyFindingOf({ roleArn });
  expect(finding.rule).toBe('role-arn');
  expect(finding.advice).toContain(advice);
  expect(finding.advice).toContain('arn:');
});

test('every invalid part of an ARN has a finding', () => {
  expect(rulesBrokenBy({ roleArn: 'arn:gcp:iam::1:role/a b/c d*' })).toEqual([
    'roleArn no-wildcard',
    'roleArn arn-partition',
    'roleArn arn-account',
    'roleArn role-path',
    'roleArn role-name',
  ]);
});

test('targetRoleArn is optional, but must not be empty', () => {
  expect(rulesBrokenBy({ targetRoleArn: undefined })).toEqual([]);
  expect(rulesBrokenBy({ targetRoleArn: null })).toEqual([]);
  expect(rulesBrokenBy({ targetRoleArn: '' })).toEqual(['targetRoleArn not-empty']);
});

test.each([
  ['arn:aws:iam::111122223333:role/a', '/', 'a'],
  ['arn:aws:iam::111122223333:role/pods/payments/a', '/pods/payments/', 'a'],
  ['arn:aws:iam::111122223333:role/pods//a', '/pods//', 'a'],
  ['arn:aws-cn:iam::111122223333:role/pods/a', '/pods/', 'a'],
  ['arn:aws-us-gov:iam::111122223333:role/Name+=,.@_-1', '/', 'Name+=,.@_-1'],
])('parses %s into path %s and name %s', (arn, path, name) => {
  expect(parseRoleArn(arn)).toEqual({ partition: arn.split(':')[1], accountId: '111122223333', path, name });
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
  'arn:aws:iam::111122223333:role/a*',
  'arn:gcp:iam::111122223333:role/a',
])('rejects %j as a role ARN', (arn) => {
  expect(parseRoleArn(arn)).toBeNull();
});
