import { existing } from './line.ts';

type Words = readonly string[];

const ids = Object.keys(existing);
const role = 'arn:aws:iam::111122223333:role/pods/payments/payments-';
const odd = [
  ...['', ' ', 'é', '日本 x', '-x', '--', '-1', 'file://$FILES/name.txt', 'file:///none'],
  ...['fileb://$FILES/name.txt', 'a=b'],
];
const policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}';

/** Values of an option, of which the first is valid. */
export const values: Readonly<Record<string, Words>> = {
  'cluster-name': ['apps-dev', 'apps-dev', 'apps-dev', 'none', 'file://$FILES/line.txt', ...odd],
  'association-id': [ids[0] ?? '', ...ids, ...ids, 'a-none', 'a-zzzzzzzzzzzzzzzzz', ...odd],
  namespace: ['payments', 'payments', 'payments', 'file://$FILES/name.txt', 'none', 'Bad_Name', ...odd],
  'service-account': ['new', 'new', 'new-2', 'api', 'worker', ...odd],
  'role-arn': [`${role}worker`, `${role}api`, `${role}worker`, 'role', `${role}none`, ...odd],
  'target-role-arn': ['arn:aws:iam::444455556666:role/pods-target', '', 'arn', ...odd],
  'client-request-token': ['$TOKEN', '$TOKEN', 'file:///none'],
  policy: [policy, policy, 'file://$FILES/policy.json', '', '{', '[]', 'x'],
};

/** Shorthand, JSON and files for `--tags`. */
export const tags: Words = [
  ...['team=payments', 'a=b,c=d', 'a="b c",d=\'e, f\'', 'a=b\\,c', 'a=', 'a=,b=', 'key=file://x'],
  ...['a@=file://$FILES/name.txt', 'a@=file:///none', 'a=[b,c]', 'a={b=c}', 'a=b,c', 'a', '=x', 'a=b,'],
  ...['a=b,a=c', ',', ''],
  ...['a = b , c = d', 'a=b c', 'é=x', 'a=é 日本', 'a="x\\"y"', "a='it\\'s'", 'a="b', 'a=b=c', 'x:y/z.-_=1', 'a=😀'],
  ...['{"team": "payments"}', '{"a": "é\\u00e9"}', ' {"a": "b"} ', '{"a": 1}', '{"a": 1.0}', '{"a": 1e2}'],
  ...['{"a": null}'],
  ...['{"a": true}', '{"a": ["b"]}', '{"a": {"b": "c"}}', '{"a": "b", "a": "c"}', '{"a": "b",}'],
  ...["{'a': 'b'}", '{}', '{'],
  ...['[{"a": "b"}]', '[]', '["a=b"]', 'null', '"a=b"', 'file://$FILES/tags.json'],
  ...['file://$FILES/tags.txt', 'fileb://$FILES/tags.json'],
  ...['file:///none', 'file://$FILES', '{"": "x"}', '{"a": NaN}', '{"a": -0}'],
  ...['{"a": 12345678901234567890}', 'a=1.0,b=5'],
  ...['aws:x=y', 'pod-identity-gateway/operation=x'],
];

export const validQueries: Words = [
  ...['@', 'association', 'associations', '*', 'association.tags', 'association.tags.*'],
  ...['associations[].associationId'],
  ...[
    'association.[serviceAccount, roleArn]',
    'associations[*].{Id: associationId, Account: serviceAccount}',
    'missing',
  ],
  ...['length(associations || `[]`)', 'keys(@)', 'association.{a: tags, b: tags}'],
  ...['`[1, 2.5, "x", null, true]`', '`{"b": 1, "a": [{"x": 1}, {"x": 2}]}`'],
  ...['avg(`[1, 3]`)', 'sum(`[1.0, 2]`)', '`1.0`'],
  ...['`[1.0, 1e2, -0.0, 0.5, 1e16, 1e-7, 123456789012345678901]`', 'to_number(`"2.0"`)', "to_number('7')"],
  ...['{a: avg(`[2]`), b: `5.0`}', 'abs(`-1.0`)', 'max(`[1.0, 0.5]`)', 'ceil(`1.2`)', 'to_string(`1.0`)'],
  ...['`[{"a": 1.0}, {"a": 2}]`', '[`1.0`, `2`] | sort(@)'],
  ...['`""`', '`{}`', '`[]`', '`0`', '`false`', '`0.0`', '`"é\\n"`', 'association.createdAt'],
  ...['associations[?serviceAccount==`api`] | [0]', 'NextToken'],
];
/** Most of these are not valid; some fail only when they are applied. */
export const invalidQueries: Words = [
  ...['', ' ', 'a.', 'a[', '`', "'a", 'foo(', '@(a)', 'a..b', 'length()', 'length(`1`)', 'nothing(@)'],
  ...['sum(`["a"]`)', '&a', 'a b', '日本'],
];
