import { startEksSimulator } from '../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../eks-simulator/src/index.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import type { ValueMap } from '../src/aws/value.ts';
import { isList, isMap } from '../src/aws/value.ts';
import type { Request } from '../src/host.ts';
import { callEks, runLine } from './host.ts';
import type { Outcome } from './host.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const otherRoleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-worker';
const cluster = ['--cluster-name', 'apps-dev'];

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Fields that the installed AWS CLI may not know yet. */
const newerFields = ['disableSessionTags', 'targetRoleArn', 'externalId', 'policy'];

/** Answers as an AWS CLI without those fields gets them. */
async function callEksAsBefore(request: Request): Promise<ValueMap> {
  const { association, ...others } = await callEks(request);
  if (!isMap(association)) return others;
  const known = Object.entries(association).filter(([field]) => !newerFields.includes(field));
  return { association: Object.fromEntries(known) };
}

describeUnless(missingOracle)('the same command line', () => {
  const oracle = startOracle();
  let simulator: EksSimulator;
  let associationId = '';

  beforeEach(async () => {
    simulator = await startEksSimulator();
    for (const serviceAccount of ['payments-api', 'payments-worker', 'payments-日本']) {
      const tags = { team: 'payments', 'cost center': '1', 'x:y': 'yes', ü: '' };
      const created = simulator.control.createAssociation({
        clusterName: 'apps-dev',
        namespace: 'payments',
        serviceAccount,
        roleArn,
        tags,
      });
      associationId = created.associationId;
    }
  });
  afterEach(() => simulator.close());
  afterAll(() => oracle.close());

  /** What the AWS CLI and ours make of `eks …` and `…`, in this order. */
  async function both(args: readonly string[]): Promise<readonly [Outcome, Outcome]> {
    const line = [...args, '--endpoint-url', simulator.url];
    const [answer] = await oracle.ask('run', [['eks', ...line]]);
    return [resultOf(answer) as Outcome, await runLine(line, { call: callEksAsBefore })];
  }

  const queries = [
    [],
    ['--query', '*.[associationId, roleArn, createdAt]'],
    ['--query', 'association.tags || length(associations)'],
  ];

  describe.each(['json', 'yaml', 'yaml-stream', 'text', 'table'])('with --output %s', (output) => {
    test.each(queries)('prints the same description with %s %s', async (...query) => {
      const line = ['describe-pod-identity-association', ...cluster, '--association-id', associationId];
      const [theirs, ours] = await both([...line, '--output', output, ...query]);
      expect(theirs.code).toBe(0);
      expect(ours).toEqual(theirs);
    });

    test.each(queries)('prints the same list with %s %s', async (...query) => {
      const [theirs, ours] = await both(['list-pod-identity-associations', ...cluster, '--output', output, ...query]);
      expect(theirs.code).toBe(0);
      expect(ours).toEqual(theirs);
    });

    test('prints the same sample answer', async () => {
      const line = [
        'list-pod-identity-associations',
        ...cluster,
        '--generate-cli-skeleton',
        'output',
        '--output',
        output,
      ];
      const [theirs, ours] = await both(line);
      expect(theirs.code).toBe(0);
      expect(ours).toEqual(theirs);
    });
  });

  // JSON, YAML and tables print the merged pages.
  describe.each(['json', 'yaml-stream', 'text'])('with --output %s', (output) => {
    test.each([
      ['--max-items', '1'],
      ['--max-items', '2', '--page-size', '2'],
      ['--max-items', '2', '--page-size', '1'],
      ['--page-size', '2'],
      ['--max-results', '1'],
      ['--no-paginate'],
      ['--namespace', 'none'],
    ])('prints the same pages with %s %s %s %s', async (...paging) => {
      const [theirs, ours] = await both(['list-pod-identity-associations', ...cluster, '--output', output, ...paging]);
      expect(theirs.code).toBe(0);
      expect(ours).toEqual(theirs);
    });
  });

  test('prints the same table with colours', async () => {
    const line = ['describe-pod-identity-association', ...cluster, '--association-id', associationId];
    const [theirs, ours] = await both([...line, '--output', 'table', '--color', 'on']);
    expect(theirs.stdout).toContain('\x1b[34m');
    expect(ours).toEqual(theirs);
  });

  test('continues a list after its NextToken, each with the token of the other', async () => {
    const list = ['list-pod-identity-associations', ...cluster, '--page-size', '2'];
    const seen: unknown[] = [];
    let token: string[] = [];
    for (let page = 0; page < 3; page += 1) {
      const [theirs, ours] = await both([...list, '--max-items', '1', ...token]);
      expect(ours).toEqual(theirs);
      const { associations, NextToken } = JSON.parse(page === 1 ? ours.stdout : theirs.stdout) as ValueMap;
      seen.push(...(isList(associations) ? associations : []));
      token = typeof NextToken === 'string' ? ['--starting-token', NextToken] : [];
    }
    expect(seen).toHaveLength(3);
    expect(token).toEqual([]);
  });

  test.each(['raw___token', base64('abc'), base64('{"a": 1}'), base64('[1]'), '___', 'a___b___c', 'None___1', '5'])(
    'treats the starting token %s alike',
    async (token) => {
      const [theirs, ours] = await both(['list-pod-identity-associations', ...cluster, '--starting-token', token]);
      expect({ code: ours.code, stdout: ours.stdout }).toEqual({ code: theirs.code, stdout: theirs.stdout });
    },
  );

  test('creates, updates and deletes the same', async () => {
    const stable = ['--query', '*.[clusterName, namespace, roleArn, tags, ownerArn]'];
    const create = [
      'create-pod-identity-association',
      ...cluster,
      '--namespace',
      'search',
      '--role-arn',
      roleArn,
      ...stable,
    ];
    const tags = ['--tags', `team=search,owner="a b",x='1,2'`];
    const theirs = await oracle.ask('run', [
      ['eks', ...create, ...tags, '--service-account', 'a', '--endpoint-url', simulator.url],
    ]);
    const ours = await runLine([...create, ...tags, '--service-account', 'b', '--endpoint-url', simulator.url], {
      call: callEksAsBefore,
    });
    expect(ours).toEqual(resultOf(theirs[0]));
    expect(JSON.parse(ours.stdout)).toEqual([
      ['apps-dev', 'search', roleArn, { team: 'search', owner: 'a b', x: '1,2' }, null],
    ]);

    const update = [
      'update-pod-identity-association',
      ...cluster,
      '--association-id',
      associationId,
      '--role-arn',
      otherRoleArn,
    ];
    const [theirUpdate, ourUpdate] = await both([...update, ...stable]);
    expect(ourUpdate).toEqual(theirUpdate);
    expect(ourUpdate.stdout).toContain(otherRoleArn);

    const ids = simulator.control.associations().map((one) => one.associationId);
    const remove = ['delete-pod-identity-association', ...cluster, '--association-id', ids[0] ?? ''];
    const removed = await runLine([...remove, ...stable, '--endpoint-url', simulator.url], { call: callEksAsBefore });
    expect(removed.code).toBe(0);
    expect(simulator.control.associations().map((one) => one.associationId)).toEqual(ids.slice(1));
  });

  test('reports an error of the service with the same exit code and words', async () => {
    const missing = ['describe-pod-identity-association', '--cluster-name', 'none', '--association-id', associationId];
    const [theirs, ours] = await both(missing);
    expect(theirs.code).toBe(254);
    const legacy = await runLine([...missing, '--endpoint-url', simulator.url, '--cli-error-format', 'legacy'], {
      call: callEks,
    });
    expect(legacy).toEqual(theirs);
    expect(ours.code).toBe(254);
    expect(ours.stderr).toBe(`\npod-identity: [ERROR]: ${theirs.stderr.trim()}\n`);
  });
});
