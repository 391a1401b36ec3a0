import { targetTrustProblems, trustProblems } from '../../src/validation/trust-policy.ts';
import { matchesWildcards } from '../../src/validation/trust-conditions.ts';

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
