import { onlyFindingOf, rulesBrokenBy } from '../support/create-input.ts';

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
  const text = JSON.stringify({ Statement: { ...statement, Resource: 'X' } });
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
    'policy-principal',
    [{ Statement: { ...statement, Principal: '*' } }, { Statement: { ...statement, NotPrincipal: '*' } }],
  ],
  [
    'policy-statement-elements',
    ['effect', 'Resources', '__proto__'].map((name) => ({ Statement: { ...statement, ...named(name) } })),
  ],
];

/** An object with one property that its literal could not have, e.g. `__proto__`. */
function named(name: string): object {
  return Object.defineProperty({}, name, { value: 'x', enumerable: true });
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
});

test('a finding has the index of the statement, counted from 0', () => {
  const policy = JSON.stringify({ Statement: [statement, { ...statement, Effect: 'allow' }] });
  expect(onlyFindingOf({ policy, disableSessionTags: true })).toMatchObject({
    path: 'policy',
    message: 'policy must have the Effect "Allow" or "Deny" in Statement 1.',
  });
});

test('a policy requires disableSessionTags: true', () => {
  const policy = JSON.stringify({ Statement: statement });
  for (const disableSessionTags of [false, null, undefined]) {
    expect(rulesBrokenBy({ policy, disableSessionTags })).toEqual(['policy policy-needs-disabled-session-tags']);
  }
  expect(rulesBrokenBy({ policy, disableSessionTags: true })).toEqual([]);
  expect(rulesBrokenBy({ disableSessionTags: true })).toEqual([]);
});
