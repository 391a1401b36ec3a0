import { parseRoleArn } from '../../src/validation/role-arns.ts';
import { matchesWildcards } from '../../src/validation/trust-conditions.ts';
import { targetTrustProblems, trustProblems } from '../../src/validation/trust-policy.ts';
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

const subject = {
  accountId: '111122223333',
  region: 'eu-central-1',
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  disableSessionTags: false,
};
const clusterArn = 'arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev';
const service = 'pods.eks.amazonaws.com';
const both = ['sts:AssumeRole', 'sts:TagSession'];
const allow = { Effect: 'Allow', Principal: { Service: service }, Action: both };

const problems = (statements: unknown, disableSessionTags = false) =>
  trustProblems({ Statement: statements }, { ...subject, disableSessionTags });
const withCondition = (Condition: object, disableSessionTags = false) =>
  problems([{ ...allow, Condition }], disableSessionTags);

test.each([
  ['both actions', [allow]],
  ['one statement in place of a list', allow],
  ['a list of services', [{ ...allow, Principal: { Service: ['ec2.amazonaws.com', service] } }]],
  ['two statements', both.map((Action) => ({ ...allow, Action }))],
  ['wildcards, whatever their case', [{ ...allow, Action: 'STS:*' }]],
  ['all actions but others', [{ ...allow, Action: undefined, NotAction: 'sts:AssumeRoleWithSAML' }]],
  ['a denial of another service', [allow, { ...allow, Effect: 'Deny', Principal: { Service: 'ec2.amazonaws.com' } }]],
])('finds no problem in a trust policy with %s', (_, statements) => {
  expect(problems(statements)).toEqual([]);
});

test.each([
  ['without sts:TagSession', [{ ...allow, Action: 'sts:AssumeRole' }], ['sts:TagSession']],
  ['of another principal', [{ ...allow, Principal: { Federated: 'oidc' } }], both],
  ['without statements', [], both],
  ['whose statements are not objects', ['x', null, 7], both],
])('reports a trust policy %s', (_, statements, actions) => {
  expect(problems(statements)).toEqual(actions.map((action) => ({ kind: 'not-allowed', action })));
});

test.each([null, 'text', 7, [], { Statement: null }])('reports %j, which is not a policy', (document) => {
  expect(trustProblems(document, subject)).toHaveLength(2);
});

test('reports a denial', () => {
  const deny = { ...allow, Effect: 'Deny', Action: 'sts:AssumeRole' };
  expect(problems([allow, deny])).toEqual([{ kind: 'denied', action: 'sts:AssumeRole' }]);
  const elsewhere = { ...deny, Condition: { StringNotEquals: { 'aws:SourceAccount': subject.accountId } } };
  expect(problems([allow, elsewhere])).toEqual([]);
});

test.each([
  ['aws:SourceAccount', '111122223333', '444455556666'],
  ['aws:SourceArn', clusterArn, clusterArn.replace('apps-dev', 'apps-prod')],
  ['aws:RequestTag/eks-cluster-arn', clusterArn, clusterArn.replace('apps-dev', 'apps-prod')],
  ['aws:RequestTag/eks-cluster-name', 'apps-dev', 'apps-prod'],
  ['aws:RequestTag/kubernetes-namespace', 'payments', 'search'],
  ['aws:RequestTag/kubernetes-service-account', 'api', 'worker'],
])('compares a condition on %s with the association', (key, own, other) => {
  expect(withCondition({ StringEquals: { [key]: [other, own] } })).toEqual([]);
  const unmet = both.map((action) => ({ kind: 'condition', action, key, actual: own }));
  expect(withCondition({ StringEquals: { [key]: other } })).toEqual(unmet);
});

test('needs one statement whose conditions are all met', () => {
  const inNamespace = (name: string) => ({
    ...allow,
    Condition: { StringEquals: { 'aws:RequestTag/kubernetes-namespace': name } },
  });
  expect(problems([inNamespace('search'), inNamespace('payments')])).toEqual([]);
  const two = { StringEquals: { 'aws:SourceAccount': subject.accountId, 'aws:SourceArn': 'other' } };
  expect(withCondition(two)).toMatchObject([{ key: 'aws:SourceArn' }, { key: 'aws:SourceArn' }]);
});

describe.each([
  ['StringEquals', 'payments', true],
  ['StringEquals', 'Payments', false],
  ['StringEquals', 'pay*', false],
  ['StringNotEquals', 'search', true],
  ['StringNotEquals', 'payments', false],
  ['StringEqualsIgnoreCase', 'PAYMENTS', true],
  ['StringNotEqualsIgnoreCase', 'PAYMENTS', false],
  ['StringLike', 'pay*', true],
  ['StringLike', 'sea*', false],
  ['StringNotLike', 'pay*', false],
  ['StringEqualsIfExists', 'search', false],
  ['StringEquals'.toLowerCase(), 'payments', true],
  ['Null', 'false', true],
  ['Null', 'true', false],
] as const)('the operator %s with %s', (operator, value, isMet) => {
  test(`is ${isMet ? 'met' : 'not met'} by the namespace payments`, () => {
    const found = withCondition({ [operator]: { 'aws:RequestTag/kubernetes-namespace': value } });
    expect(found).toHaveLength(isMet ? 0 : 2);
  });
});

test.each([
  ['a key that is not known', { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } }],
  ['an operator that is not known', { IpAddress: { 'aws:SourceAccount': '10.0.0.0/8' } }],
  ['a policy variable', { StringEquals: { 'aws:SourceAccount': '${aws:PrincipalAccount}' } }],
  ['a set operator', { 'ForAnyValue:StringEquals': { 'aws:SourceAccount': 'other' } }],
])('counts a condition with %s as met', (_, condition) => {
  expect(withCondition(condition)).toEqual([]);
});

test.each(['eks-cluster-name', 'kubernetes-namespace', 'kubernetes-pod-name'])(
  'reports a condition on the session tag %s if session tags are disabled',
  (tag) => {
    const key = `aws:RequestTag/${tag}`;
    expect(withCondition({ StringLike: { [key]: '*' } })).toEqual([]);
    const unmet = both.map((action) => ({ kind: 'condition', action, key, actual: null }));
    expect(withCondition({ StringLike: { [key]: '*' } }, true)).toEqual(unmet);
    expect(withCondition({ StringLikeIfExists: { [key]: 'x' } }, true)).toEqual([]);
    expect(withCondition({ Null: { [key]: 'true' } }, true)).toEqual([]);
  },
);

test.each([
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['a*c*e', 'abcde', true],
  ['a*c*e', 'abcd', false],
  ['*ab', 'aab', true],
  ['**a**', 'a', true],
])('the pattern "%s" matches "%s": %s', (pattern, value, isMatch) => {
  expect(matchesWildcards(pattern, value)).toBe(isMatch);
});

describe('the trust policy of a target role', () => {
  const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
  const byRole = { ...allow, Principal: { AWS: roleArn } };
  const externalId = 'eu-central-1/111122223333/apps-dev/payments/api';
  const ofTarget = (statements: unknown, more: Partial<Parameters<typeof targetTrustProblems>[1]> = {}) =>
    targetTrustProblems({ Statement: statements }, { roleArn, externalId, disableSessionTags: false, ...more });
  const requiring = (id: string) => ({ ...byRole, Condition: { StringEquals: { 'sts:ExternalId': id } } });

  test.each([
    ['the role', { AWS: roleArn }],
    ['the account of the role', { AWS: '111122223333' }],
    ['the root user of the account', { AWS: ['arn:aws:iam::111122223333:root'] }],
    ['everyone', '*'],
    ['every principal of AWS', { AWS: '*' }],
  ])('allows %s', (_, Principal) => {
    expect(ofTarget([{ ...allow, Principal }])).toEqual([]);
  });

  test.each([
    ['EKS Pod Identity', { Service: service }],
    ['another role', { AWS: `${roleArn}-2` }],
    ['another account', { AWS: 'arn:aws:iam::444455556666:root' }],
  ])('the trust policy of a target role is reported if it allows only %s', (_, Principal) => {
    expect(ofTarget([{ ...allow, Principal }])).toEqual(both.map((action) => ({ kind: 'not-allowed', action })));
  });

  test('needs sts:TagSession only with session tags', () => {
    const assumeOnly = [{ ...byRole, Action: 'sts:AssumeRole' }];
    expect(ofTarget(assumeOnly)).toEqual([{ kind: 'not-allowed', action: 'sts:TagSession' }]);
    expect(ofTarget(assumeOnly, { disableSessionTags: true })).toEqual([]);
  });

  test('may require the external id of the association, and no other', () => {
    expect(ofTarget([requiring(externalId)])).toEqual([]);
    expect(ofTarget([requiring('other')])).toEqual([
      { kind: 'condition', action: 'sts:AssumeRole', key: 'sts:ExternalId', actual: externalId },
    ]);
  });

  test('the trust policy of a target role is not judged by an external id that is not known', () => {
    expect(ofTarget([requiring('other')], { externalId: null })).toEqual([]);
  });

  test('the trust policy of a target role is judged by conditions on the role', () => {
    const inAccount = (id: string) => [
      { ...allow, Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': id } } },
    ];
    expect(ofTarget(inAccount('111122223333'))).toEqual([]);
    expect(ofTarget(inAccount('444455556666'))).toHaveLength(2);
    const unknown = { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } };
    expect(ofTarget([{ ...byRole, ...unknown }])).toEqual([]);
  });

  test('the trust policy of a target role is reported if it denies the role', () => {
    expect(ofTarget([byRole, { ...byRole, Effect: 'Deny', Action: 'sts:*' }])).toHaveLength(2);
  });
});
