import { startEksSimulator } from '../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../eks-simulator/src/index.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import type { ValueMap } from '../src/aws/value.ts';
import { isList } from '../src/aws/value.ts';
import { callEks, runLine } from './host.ts';
import type { Outcome } from './host.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const cluster = ['--cluster-name', 'apps-dev'];

const base64 = (text: string) => Buffer.from(text).toString('base64');

describeUnless(missingOracle)('the same command line', () => {
  const oracle = startOracle();
  let simulator: EksSimulator;
  let associationId = '';

  beforeEach(async () => {
    simulator = await startEksSimulator();
    for (const serviceAccount of ['payments-api', 'payments-worker', 'payments-日本']) {
      const tags = { team: 'payments', 'cost center': '1', 'x:y': 'yes', ü: '' };
      const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount };
      ({ associationId } = simulator.control.createAssociation({ ...place, roleArn, tags }));
    }
  });
  afterEach(() => simulator.close());
  afterAll(() => oracle.close());

  /** What the AWS CLI and ours make of `eks …` and `…`, in this order. */
  async function both(args: readonly string[]): Promise<readonly [Outcome, Outcome]> {
    const line = [...args, '--endpoint-url', simulator.url];
    const [answer] = await oracle.ask('run', [['eks', ...line]]);
    return [resultOf(answer) as Outcome, await runLine(line, { call: callEks })];
  }

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
