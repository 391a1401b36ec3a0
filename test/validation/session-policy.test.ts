import { onlyFindingOf, rulesBrokenBy } from './create-input.ts';

const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };

/** The rules that a policy breaks, given as JSON text or as a value, with session tags off. */
function brokenBy(policy: unknown): string[] {
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  return rulesBrokenBy({ policy: text, disableSessionTags: true }).map((broken) => broken.replace(/^policy /, ''));
}

test.each([
  { Statement: statement },
  { Statement: [statement] },
  { Statement: [statement, { ...statement, Effect: 'Deny' }] },
  { Version: '2012-10-17', Statement: [statement] },
  { Version: '2008-10-17', Id: 'x', Statement: [statement] },
  { Statement: { Sid: 'A', Effect: 'Deny', NotAction: ['s3:*', 'ec2:*'], NotResource: ['*'], Condition: {} } },
])('a policy may be %j', (policy) => {
  expect(brokenBy(policy)).toEqual([]);
});

test.each([
  ['Action', ['*', 's3:*', 's3:GetObject', 'S3:getObject', 'execute-api:Invoke', 'ec2:Describe?*', 's3:*Object*']],
  [
    'Resource',
    [
      ...['*', 'arn:aws:s3:::*', 'arn:aws:s3:::example/${aws:PrincipalTag/team}/*', 'arn:aws-cn:s3:::example'],
      ...['arn:aws-us-gov:iam::111122223333:role/a b', 'arn:*:s3:::example', 'arn:aws:s?:::example', 'arn:aws:*'],
      ...['arn:aws:codebuild:*', 'arn:aws:sqs', 'arn:aws:ec2:*:*:instance/*'],
    ],
  ],
])('%s and its negation may be %j', (element, items) => {
  const { [element as 'Action']: _, ...rest } = statement;
  for (const item of [...items, items]) {
    expect(brokenBy({ Statement: { ...rest, [element]: item } })).toEqual([]);
    expect(brokenBy({ Statement: { ...rest, [`Not${element}`]: item } })).toEqual([]);
  }
});

/** The condition operators in the IAM User Guide that `IfExists` can follow. */
const operators = [
  ...['', 'Not'].flatMap((not) => ['Equals', 'EqualsIgnoreCase', 'Like'].map((form) => `String${not}${form}`)),
  ...['Numeric', 'Date'].flatMap((type) =>
    ['Equals', 'NotEquals', 'LessThan', 'LessThanEquals', 'GreaterThan', 'GreaterThanEquals'].map(
      (form) => `${type}${form}`,
    ),
  ),
  ...['Bool', 'BinaryEquals', 'IpAddress', 'NotIpAddress', 'ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
];

test('a condition may use every operator of IAM, in any letter case, with set prefixes and IfExists', () => {
  const forms = operators.flatMap((operator) => [operator, `${operator}IfExists`]);
  const all = [...forms, 'Null'].flatMap((form) => [form, `ForAllValues:${form}`, `ForAnyValue:${form}`]);
  expect(all).toHaveLength(159);
  for (const operator of all.flatMap((form) => [form, form.toLowerCase(), form.toUpperCase()])) {
    const Condition = { [operator]: { 'aws:username': 'alice' } };
    expect([operator, ...brokenBy({ Statement: { ...statement, Condition } })]).toEqual([operator]);
  }
});

test('a condition operator is ASCII: the Kelvin sign is not a K', () => {
  const text = JSON.stringify({ Statement: { ...statement, Condition: { StringLiKe: {} } } });
  expect(brokenBy(text)).toEqual([]);
  expect(brokenBy(text.replace('K', '\\u212a'))).toEqual(['policy-condition-operator']);
});

test.each([{}, { StringEquals: {} }, { Bool: { 'aws:x': true, 'aws:y': ['false', 1, false] }, Null: { 'aws:z': [] } }])(
  'a Condition may be %j',
  (Condition) => {
    expect(brokenBy({ Statement: { ...statement, Condition } })).toEqual([]);
  },
);

test('Sids are letters and digits, and unique unless they are empty', () => {
  const policyOf = (...sids: string[]) => ({ Statement: sids.map((Sid) => ({ ...statement, Sid })) });
  expect(brokenBy(policyOf('Read1', 'read1', '2', '', ''))).toEqual([]);
  expect(brokenBy(policyOf('Read', 'Other', 'Read', 'Read'))).toEqual(['policy-unique-sid']);
  const policy = JSON.stringify(policyOf('Other', 'Read', 'Read'));
  expect(onlyFindingOf({ policy, disableSessionTags: true }).message).toBe(
    'policy repeats the Sid "Read" in Statement 2.',
  );
});

test.each(['policy', 'targetRoleArn'])('%s is optional, but must not be empty', (field) => {
  expect(rulesBrokenBy({ [field]: null })).toEqual([]);
  expect(rulesBrokenBy({ [field]: undefined })).toEqual([]);
  expect(rulesBrokenBy({ [field]: '' })).toEqual([`${field} not-empty`]);
});

test('accepts 2,048 characters and rejects 2,049', () => {
  const text = JSON.stringify({ Statement: statement });
  expect(brokenBy(text.padEnd(2048))).toEqual([]);
  expect(brokenBy(text.padEnd(2049))).toEqual(['max-length']);
});

test('rejects characters beyond U+00FF, which STS rejects, and accepts them as JSON escapes', () => {
  const text = JSON.stringify({ Statement: { ...statement, Resource: 'arn:aws:s3:::X' } });
  expect(brokenBy(text.replace('X', 'ÿ'))).toEqual([]);
  expect(brokenBy(text.replace('X', '€'))).toEqual(['policy-characters']);
  expect(brokenBy(text.replace('X', '\\u20ac'))).toEqual([]);
  expect(brokenBy(`${text}\t\r\n`)).toEqual([]);
});

test.each(['{', 'Allow', '{"Statement":}', "{'Statement': []}", '{"Statement":[],}', '\u0000{}'])(
  '%j is not JSON',
  (policy) => {
    expect(brokenBy(policy)).toContain('policy-json');
  },
);

test.each(['null', '1', '"text"', 'true', '[]', '[{"Statement":[]}]'])('%s is not an object', (policy) => {
  expect(brokenBy(policy)).toEqual(['policy-object']);
});

const bad: [rule: string, policies: unknown[]][] = [
  ['policy-version', ['2012-10-18', '', 2012, null].map((Version) => ({ Version, Statement: statement }))],
  [
    'policy-elements',
    ['statement', 'Principal', '__proto__', ''].map((name) => ({ Statement: statement, ...named(name) })),
  ],
  [
    'policy-statement',
    [undefined, null, 'x', 1, [], [1], [statement, null], [[statement]]].map((Statement) => ({ Statement })),
  ],
  ['policy-effect', [undefined, null, 'allow', 'ALLOW', ''].map((Effect) => ({ Statement: { ...statement, Effect } }))],
  [
    'policy-action',
    [undefined, null, '', [], [''], [1], {}].map((Action) => ({ Statement: { ...statement, Action } })),
  ],
  ['policy-action', [{ Statement: { ...statement, NotAction: 's3:*' } }]],
  [
    'policy-resource',
    [undefined, null, '', [], [''], [1], {}].map((Resource) => ({ Statement: { ...statement, Resource } })),
  ],
  ['policy-resource', [{ Statement: { ...statement, NotResource: '*' } }]],
  [
    'policy-action-name',
    [
      ...['GetObject', 's3', 's3:', ':GetObject', 's3:Get:Object', 's3*:Get', '*:*', '**', 's3:Get Object', 's3:Gé'],
      ...['s3:${aws:username}', ' s3:GetObject', 's3:GetObject\n', 'arn:aws:s3:::example'],
    ].map((Action) => ({ Statement: { ...statement, Action: ['s3:Get*', Action] } })),
  ],
  ['policy-action-name', [{ Statement: { ...statement, Action: undefined, NotAction: 'GetObject' } }]],
  [
    'policy-resource-arn',
    [
      ...[
        'example',
        'example/*',
        '**',
        '*example',
        'arn',
        'arn:aws',
        'arn:aws:',
        'arn::s3:::example',
        'ARN:aws:s3:::x',
      ],
      ...['arn:amazon:s3:::example', 'arn:AWS:s3:::example', ' arn:aws:s3:::example', '${aws:username}'],
    ].map((Resource) => ({ Statement: { ...statement, Resource: ['*', Resource] } })),
  ],
  ['policy-resource-arn', [{ Statement: { ...statement, Resource: undefined, NotResource: 'example' } }]],
  [
    'policy-condition',
    [
      ...[null, 'x', 1, true, [], [{}]],
      ...[null, 'x', 1, true, [], [{}]].map((keys) => ({ StringEquals: keys })),
      ...[null, {}, [null], [{}], [['x']]].map((value) => ({ StringEquals: { 'aws:username': value } })),
    ].map((Condition) => ({ Statement: { ...statement, Condition } })),
  ],
  [
    'policy-condition-operator',
    [
      ...[
        '',
        'Equals',
        'StringEqual',
        'StringEquals ',
        'IfExists',
        'NullIfExists',
        'ForAllValues:',
        'StringEqualsIfExist',
      ],
      ...['ForSomeValues:StringEquals', 'ForAllValues:ForAnyValue:StringEquals', 'ForAllValuesStringEquals'],
      ...['aws:username', '__proto__'],
    ].map((operator) => ({
      Statement: { ...statement, Condition: { Bool: {}, ...named(operator, { 'aws:username': 'x' }) } },
    })),
  ],
  [
    'policy-sid',
    [null, 1, {}, 'read-example', 'Read Example', 'Café', 'A\n'].map((Sid) => ({ Statement: { ...statement, Sid } })),
  ],
  [
    'policy-principal',
    [{ Statement: { ...statement, Principal: '*' } }, { Statement: { ...statement, NotPrincipal: '*' } }],
  ],
  [
    'policy-statement-elements',
    ['effect', 'Resources', '__proto__'].map((name) => ({ Statement: { ...statement, ...named(name) } })),
  ],
];

/** An object with one property that its literal could not have, e.g. `__proto__`. */
function named(name: string, value: unknown = 'x'): object {
  return Object.defineProperty({}, name, { value, enumerable: true });
}

/** JSON text; an object spread would lose `__proto__`. */
function textOf(policy: unknown): string {
  return JSON.stringify(policy);
}

describe.each(bad)('a policy breaks %s', (rule, policies) => {
  test.each(policies.map(textOf))('as %s', (policy) => {
    expect(brokenBy(policy)).toEqual([rule]);
  });

  test('in a later statement', () => {
    const [policy] = policies.map((given) => JSON.parse(textOf(given)) as { Statement?: unknown });
    const later = { ...policy, Statement: [statement, policy?.Statement ?? null].flat() };
    expect(brokenBy(later)).toEqual([rule]);
  });
});

test('every broken rule has one finding', () => {
  const wrong = { Effect: 'allow', Principal: '*', Actions: 1 };
  expect(brokenBy({ Version: '1', Foo: 1, Statement: [wrong, wrong, statement] })).toEqual([
    'policy-version',
    'policy-elements',
    'policy-effect',
    'policy-action',
    'policy-resource',
    'policy-principal',
    'policy-statement-elements',
  ]);
  const more = { ...statement, Action: ['x', 'y'], Resource: ['x', 'y'], Condition: { X: 1, Y: 1 }, Sid: '-' };
  expect(brokenBy({ Statement: [more, more] })).toEqual([
    'policy-action-name',
    'policy-resource-arn',
    'policy-condition',
    'policy-condition-operator',
    'policy-sid',
    'policy-unique-sid',
  ]);
});

test('a finding has the index of the statement, counted from 0', () => {
  const policy = JSON.stringify({ Statement: [statement, { ...statement, Effect: 'allow' }] });
  expect(onlyFindingOf({ policy, disableSessionTags: true })).toMatchObject({
    path: 'policy',
    message: 'policy must have the Effect "Allow" or "Deny" in Statement 1.',
  });
  const named = JSON.stringify({ Statement: [statement, { ...statement, Action: ['s3:*', 'GetObject'] }] });
  expect(onlyFindingOf({ policy: named, disableSessionTags: true }).message).toBe(
    'policy has the Action "GetObject", which is not "*" or "<service>:<action>", in Statement 1.',
  );
});

test('a policy requires disableSessionTags: true', () => {
  const policy = JSON.stringify({ Statement: statement });
  for (const disableSessionTags of [false, null, undefined]) {
    expect(rulesBrokenBy({ policy, disableSessionTags })).toEqual(['policy policy-needs-disabled-session-tags']);
  }
  expect(rulesBrokenBy({ policy, disableSessionTags: true })).toEqual([]);
  expect(rulesBrokenBy({ disableSessionTags: true })).toEqual([]);
});
