import { isLarge } from '../../../../test/support/sizes.ts';
import type { Line } from './line.ts';

const role = 'arn:aws:iam::111122223333:role/pods/payments/payments-worker';
const describe: Line = [
  ['describe-pod-identity-association'],
  ['--cluster-name', 'apps-dev'],
  ['--association-id', 'a-00000000000000001'],
];
const list: Line = [['list-pod-identity-associations'], ['--cluster-name', 'apps-dev']];
const update: Line = [['update-pod-identity-association'], ...describe.slice(1)];
const remove: Line = [['delete-pod-identity-association'], ...describe.slice(1)];
const create: Line = [
  ['create-pod-identity-association'],
  ...[...describe.slice(1, 2), ['--namespace', 'payments'], ['--service-account', 'new']],
  ['--role-arn', role],
];
const outputs = ['json', 'text', 'table', 'yaml', 'yaml-stream'];

/** Expressions for the answers of all five commands. */
const queries = [
  ...['@', '*', 'association', 'associations', 'association.associationId', 'associations[].associationId'],
  ...['association.tags.*', 'association.tags.team', 'keys(association || `{}`)', 'length(associations || `[]`)'],
  ...['association.{Role: roleArn, Tags: tags}', 'associations[0:2].serviceAccount', 'association.missing'],
  'associations[?serviceAccount==`worker`].[namespace, serviceAccount]',
  'associations[*].{Id: associationId, Account: serviceAccount}',
  'sort_by(associations || `[]`, &serviceAccount)[-1]',
  'association.[clusterName, createdAt, modifiedAt]',
  'not_null(association.roleArn, associations[0].associationArn)',
  'associations[].contains(serviceAccount, `a`)',
  "join(', ', associations[].serviceAccount || `[]`)",
];

/** Commands whose answers are as those of others: every query runs on these in large tests only. */
const alike = [create, [...update, ['--role-arn', role]], remove];

/** Each command with each output, and with each query in one of these: all pairs of both would take minutes. */
const ofEveryCommand = [describe, list, ...alike].flatMap((line) =>
  outputs.flatMap((output, index) => {
    const hasQueries = isLarge || !alike.includes(line);
    const chosen = hasQueries ? queries.filter((_query, place) => place % outputs.length === index) : [];
    return [[], ...chosen.map((query) => [['--query', query]])].map((query) => [
      ...line,
      ['--output', output],
      ...query,
    ]);
  }),
);

const arn = [
  '--resource-arn',
  'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-00000000000000001',
];
const tag: Line = [['tag-resource'], arn];
const untag: Line = [['untag-resource'], arn];
const listTags: Line = [['list-tags-for-resource'], arn];

/** Tags, with what EKS, the AWS CLI or neither accepts. */
const ofTags: readonly Line[] = [
  ...['json', 'table'].map((output) => [...listTags, ['--output', output]]),
  [...listTags, ['--query', 'tags.team'], ['--output', 'text']],
  [['list-tags-for-resource'], ['--resource-arn', 'arn:aws:eks:eu-central-1:111122223333:cluster/apps-dev']],
  [['list-tags-for-resource'], [arn[0] ?? '', `${arn[1]?.slice(0, -1)}9`]],
  ...['a=b', 'a="b c"', '{"team": "x", "a": ""}', 'file://$FILES/tags.json', '{"a": 1}', 'a', 'aws:x=y'].map(
    (value) => [...tag, ['--tags', value]],
  ),
  [...tag, ['--tags', 'a=b', 'c=d']],
  ...[
    ...[['team'], ['team', 'x:y'], ['none', 'team', 'team'], ['["team", "x:y"]'], ['[x'], ['[1]']],
    ...[[], [''], ['file://$FILES/name.txt'], ['team', 'file:///none'], ['--', 'team']],
  ].map((keys) => [...untag, ['--tag-keys', ...keys]]),
  [...untag, ['--tag-keys=team', 'x:y']],
  [...untag, ['--tag-keys', 'team'], ['--tag-keys', 'x:y']],
  [...untag, ['--tag-k', 'team'], ['--output', 'yaml']],
  [...untag, ['--cli-input-json', '{"tagKeys": ["team"]}']],
];

/** Where the query and its output differ: numbers with a fraction 0. */
const numbers = '`[1.0, 1e2, -0.0, 0.5, 1e16, 1e-7, 123456789012345678901]`';

/** Lines of every kind, those that once differed, and those with rare differences: they run before the generated ones. */
export const fixedLines: readonly Line[] = [
  ...ofEveryCommand,
  ...ofTags,
  ...outputs.map((output) => [...list, ['--generate-cli-skeleton', 'output'], ['--output', output]]),
  [...describe, ['--output', 'table'], ['--color', 'on']],
  [...create, ['--service-account', 'api']],
  // `--` ends the options, and belongs to the argument beside it.
  ...[
    ['--'],
    ['--', 'extra'],
    ['--', '--output', 'text'],
    ['--', '--'],
    ['--', 'x', '--'],
    ['--', '', 'x'],
    [''],
    ['a', 'b'],
    ['x', 'help'],
  ].map((more) => [...describe, more]),
  [['--'], ...describe],
  [['--', '--'], ...describe],
  [['--query', '@'], ['--'], ...describe],
  [...describe.slice(0, 1), ['--'], ...describe.slice(1)],
  [...describe.slice(0, 1), ['--generate-cli-skeleton', '--']],
  [...describe, ['--query', '--', 'x']],
  [['--'], ['help']],
  [...describe.slice(0, 2), ['--', 'help']],
  // Numbers with a fraction 0, and others that JavaScript reads otherwise.
  ...outputs.map((output) => [...list, ['--query', numbers], ['--output', output]]),
  ...[
    ...['avg(`[1, 3]`)', 'sum(`[1.0, 2]`)', 'to_number(`"2.0"`)', 'to_string(`1.0`)', '`0.0`'],
    ...['[`1.0`, `1`] | sort(@)', 'abs(`-1.0`)', 'to_number(`"nan"`)', "to_number('-inf')"],
    ...['{a: avg(`[2]`)}', '`1.0` == `1`', 'ceil(`1.0`)', 'max(`[1.0, 0.5]`)'],
    ...['sort_by(`[{"a": 2}, {"a": 1.0}]`, &a)'],
  ].flatMap((query) => [
    [...list, ['--query', query]],
    [...list, ['--query', query], ['--output', 'table']],
  ]),
  ...['5.0', '1e1', '2.', '1_0', ' 2 '].map((items) => [...list, ['--max-items', items]]),
  [...list, ['--page-size', '5.0']],
  [...list, ['--starting-token', 'eyJuZXh0VG9rZW4iOiBudWxsLCAiYm90b190cnVuY2F0ZV9hbW91bnQiOiAxLjB9']],
  [...describe, ['--cli-read-timeout', '-1']],
  [...list, ['--max-results', '5.0']],
  ...['1.0', '1e2', '-0.0', '12345678901234567890', 'NaN', '-Infinity', '1e400', '[1.0, 2]', '{"a": 1.0}'].flatMap(
    (value) => [
      [...list.slice(0, 1), ['--cli-input-json', `{"clusterName": ${value}, "maxResults": ${value}}`]],
      [...create, ['--tags', `{"a": ${value}}`]],
    ],
  ),
  ...[
    ...['1.0', '1.', '.5', '1e3', '1_000', '1_000.5', '017', '0x1F', '0b11', '+1', '1E+2', '-017'],
    ...['2026-01-02', '2026-01-02 03:04:05', '2026-01-02T03:04:05Z', '2026-01-02 03:04:05.5 +01:00'],
    ...['!!str 1.0', '"1.0"', '12345678901234567890', '.inf', '-.INF', '.nan'],
  ].map((value) => [...list.slice(0, 1), ['--cli-input-yaml', `clusterName: ${value}`]]),
  // What is checked first.
  [['--profile', 'none'], ...describe],
  [['--profile', 'none'], ['nonsense']],
  [['--profile', 'none'], ...describe, ['--generate-cli-skeleton']],
  [['--profile', 'none'], ...describe, ['--region', '123']],
  [['--query', 'a['], ['describe-pod-identity-association']],
  [['--query', 'a['], ['--endpoint-url', 'x'], ['nonsense']],
  [['--cli-read-timeout', 'x'], ['nonsense']],
  [['--region', 'bad region'], ['nonsense']],
  [...describe.slice(0, 2), ['--association-ids', 'x']],
  [['--cli-auto-prompt'], ['--output', 'xml'], ['--no-cli-auto-prompt'], ...describe],
  [...list, ['--max-items', '0'], ['--cli-input-json', '[]']],
  [...list, ['--no-paginate'], ['--max-items', '0']],
  [...list, ['--max-items', '1'], ['--cli-input-json', '{"maxResults": 1}'], ['--generate-cli-skeleton']],
  [...list, ['--cli-input-yaml', 'file:///none'], ['--starting-token', 'file:///none']],
  [...list, ['--query', 'sum(`["a"]`)']],
  [...list, ['--cli-input-yaml', 'namespace: !custom x']],
  [...list, ['--no-paginate'], ['--max-items', '1'], ['--namespace', 'file:///none']],
  [...list, ['--starting-token', 'file:///none'], ['--cli-input-json', '[']],
  // Names and files.
  [...describe, ['--profile', '']],
  [...describe, ['--profile', 'tables']],
  [...describe, ['--cluster-name', 'file:///none']],
  [...create, ['--tags', 'file://$FILES']],
  [...create, ['--tags', 'a@=file:///none']],
  // Who signs, for which region.
  ...['shared', 'plain', 'process', 'default', 'region-only', 'half', 'empty', 'none', ''].flatMap((name) => [
    [[`AWS_PROFILE=${name}`], ...describe],
    [[`AWS_DEFAULT_PROFILE=${name}`], ...describe],
    [[`AWS_PROFILE=${name}`], ['AWS_ACCESS_KEY_ID=ENVIRONMENT', 'AWS_SECRET_ACCESS_KEY=x'], ...remove],
    [['AWS_ACCESS_KEY_ID=ENVIRONMENT', 'AWS_SECRET_ACCESS_KEY=x'], ...remove, ['--profile', name]],
  ]),
  ...['other-config', 'broken-config', 'none'].map((name) => [[`AWS_CONFIG_FILE=$FILES/${name}`], ...describe]),
  [['AWS_CONFIG_FILE=$FILES/broken-config'], ...describe, ['--output', 'xml']],
  [['AWS_SHARED_CREDENTIALS_FILE=$FILES/broken-config'], ['nonsense']],
  // Known differences that few lines have.
  [['AWS_REGION=us-east-1'], ...remove],
  [...list.slice(0, 1), ['--cluster_name', 'apps-dev'], ['--generate-cli-skeleton'], ['--', '--']],
  [...describe.slice(0, 2), ['--association-id', '-1']],
  [...list.slice(0, 1), ['--cli-input-yaml', 'names: a'], ['--profile', 'no-region']],
  [...list, ['--generate-cli-skeleton', 'output'], ['--profile', 'no-region']],
  [...list, ['--generate-cli-skeleton', 'output'], ['--page-size', '100']],
  [['AWS_DEFAULT_OUTPUT=xml'], ...remove],
  [['AWS_DEFAULT_OUTPUT=xml'], ['AWS_PROFILE=empty'], ...describe],
  [['AWS_DEFAULT_OUTPUT=xml'], ['AWS_PROFILE=region-only'], ...describe],
  [['AWS_PROFILE=empty'], ...list, ['--starting-token', 'a___b___c']],
  [...list, ['--service-account', '']],
  [...list, ['--region', 'bad region'], ['--no-paginate'], ['--max-items', '0']],
  [...list, ['--output=off', '--output=text']],
  [...create, ['--tags', 'c=1,a=2']],
  [...describe, ['--query', '`{"2": 1, "1": 2}`']],
  [...update, ['--role-arn', 'fileb://$FILES/name.txt']],
  [...describe, ['--profile', 'wrong']],
  [...describe, ['--region', '']],
  [...list, ['--cli-input-json', '{"maxResults": 1}'], ['--max-items', '1']],
  [...list, ['--cli-input-yaml', '1: a']],
  [...list, ['--max-results', '1'], ['--output', 'table']],
  [...create, ['--tags', 'aws:x=y']],
  [...create, ['--tags', '{}']],
  [['--output', 'xml'], ['--profile']],
  [...list, ['--cli-input-yaml', 'namespace: !!float 1']],
  [...list, ['--cli-input-yaml', 'namespace: "\\ud83d\\ude00"']],
  [...list, ['--output', 'table'], ['--color', 'on'], ['--starting-token', 'a___b___c']],
  [...describe, ['--query', '&a']],
  [...list, ['--page-size', '1000']],
  [...describe, ['--output', 'off']],
  [...describe.slice(0, 1), ['--cli-input-json={"clusterName": "apps-dev", "associationId": "a-00000000000000001"}']],
  [...describe.slice(0, 1), ['--generate-cli-skeleton', 'yaml-input']],
  [...create, ['--tags', '[1']],
  [...create, ['--tags', '{']],
];
