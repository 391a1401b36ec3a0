import { startEksSimulator } from '../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../eks-simulator/src/index.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { roleArn as roleOf } from '../../../test/support/gateway.ts';
import { describeUnless } from '../../../test/support/requires.ts';
import type { Value, ValueMap } from '../src/aws/value.ts';
import { isMap } from '../src/aws/value.ts';
import type { Host } from '../src/host.ts';
import type { Outcome } from './host.ts';
import { startGateway } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import { missingOracle, resultOf, startOracle } from './oracle/oracle.ts';

const roleArn = roleOf('payments/payments-api');
const otherRoleArn = roleOf('payments/payments-worker');
const outputs = ['json', 'yaml', 'yaml-stream', 'text', 'table'];

/** Expressions for the answers of all five operations. */
const queries = [
  '@',
  '*',
  'association',
  'associations',
  'association.associationId',
  'associations[].associationId',
  'associations[?serviceAccount==`b`].[namespace, serviceAccount]',
  'associations[*].{Id: associationId, Account: serviceAccount}',
  'association.{Role: roleArn, Tags: tags}',
  'association.tags.*',
  'association.tags.team',
  'keys(association || `{}`)',
  'length(associations || `[]`)',
  'sort_by(associations || `[]`, &serviceAccount)[-1]',
  'associations[0:2].serviceAccount',
  'association.[clusterName, createdAt, modifiedAt]',
  'association.missing',
  'not_null(association.roleArn, associations[0].associationArn)',
  'associations[].contains(serviceAccount, `a`)',
  "join(', ', associations[].serviceAccount || `[]`)",
];

/** What the installed AWS CLI may not know yet, and the tag that the gateway adds. */
const ours = ['disableSessionTags', 'targetRoleArn', 'externalId', 'policy'];
const ownershipTag = 'pod-identity-gateway/operation';

/** Answers as an AWS CLI without newer fields gets them, without the tag. */
const asBefore =
  (call: Host['call']): Host['call'] =>
  async (request) => {
    const { association, ...others } = await call(request);
    if (!isMap(association)) return others;
    const { tags = {}, ...fields } = association;
    const known = without(fields, ours);
    return { association: { ...known, tags: isMap(tags) ? without(tags, [ownershipTag]) : tags } };
  };

function without(map: ValueMap, names: readonly string[]): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}

/** An output with one id and one time for all. A table stays as wide as it was. */
function normalized({ code, stdout }: Outcome): Omit<Outcome, 'stderr'> {
  const text = stdout
    .replace(/\ba-[a-z0-9]{17}\b/g, 'a-00000000000000000')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}/g, '2026-01-01T00:00:00.000000');
  return { code, stdout: text };
}

describeUnless(missingOracle)('the AWS CLI on EKS and the command on the gateway', () => {
  const oracle = startOracle();
  let gateway: Gateway;
  let eks: EksSimulator;
  let environment: Readonly<Record<string, string>>;
  let count = 0;

  beforeAll(async () => {
    [gateway, eks] = await Promise.all([startGateway(), startEksSimulator()]);
    environment = { POD_IDENTITY_TOKEN: await gateway.tokenOf('alice'), POD_IDENTITY_ENDPOINT_URL: gateway.url };
  });
  afterAll(async () => {
    oracle.close();
    await Promise.all([gateway.close(), eks.close()]);
  });

  /** Creates the same association for both; its ids. */
  function createBoth(serviceAccount: string): Pair {
    const association = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount, roleArn };
    const tags = { a: '1', team: 'payments' };
    const create = ({ control }: EksSimulator) => control.createAssociation({ ...association, tags }).associationId;
    return { theirs: create(eks), ours: create(gateway.simulator) };
  }

  /** What both make of the same line. A time on a full second, which is shorter than others, is tried again. */
  async function both(line: () => Pair<readonly string[]>): Promise<Pair<Omit<Outcome, 'stderr'>>> {
    for (;;) {
      const { theirs, ours: own } = line();
      // EKS lists by id: the AWS CLI lists the associations of the gateway, and has an EKS of its own for the rest.
      const url = theirs[0]?.startsWith('list-') === true ? gateway.simulator.url : eks.url;
      const [answer] = await oracle.ask('run', [['eks', ...theirs, '--endpoint-url', url]]);
      const outcomes = [resultOf(answer) as Outcome, await runOnGateway(own, { environment, around: asBefore })];
      if (outcomes.some(({ stdout }) => /T\d\d:\d\d:\d\d[+-]/.test(stdout))) continue;
      const [one, other] = outcomes.map(normalized) as [Outcome, Outcome];
      return { theirs: one, ours: other };
    }
  }

  const target = ({ theirs, ours: own }: Pair, ...more: readonly string[]): Pair<readonly string[]> => ({
    theirs: ['--cluster-name', 'apps-dev', '--association-id', theirs, ...more],
    ours: ['--cluster-name', 'apps-dev', '--association-id', own, ...more],
  });
  const command = (name: string, { theirs, ours: own }: Pair<readonly string[]>, more: readonly string[]) => ({
    theirs: [name, ...theirs, ...more],
    ours: [name, ...own, ...more],
  });

  const next = () => `account-${(count += 1)}`;
  /** A command line of each operation, on associations of its own where it changes one. */
  const lines: Readonly<Record<string, (more: readonly string[]) => Pair<readonly string[]>>> = {
    create: (more) => {
      const binding = ['--namespace', 'payments', '--service-account', next(), '--role-arn', roleArn];
      const args = ['--cluster-name', 'apps-dev', ...binding, '--tags', 'a=1,team=payments'];
      return command('create-pod-identity-association', { theirs: args, ours: args }, more);
    },
    describe: (more) => command('describe-pod-identity-association', target(createBoth(next())), more),
    list: (more) => {
      const namespace = `payments-${next()}`;
      for (const serviceAccount of ['a', 'b', 'payments-日本']) {
        gateway.simulator.control.createAssociation({ clusterName: 'apps-dev', namespace, serviceAccount, roleArn });
      }
      const args = ['--cluster-name', 'apps-dev', '--namespace', namespace];
      return command('list-pod-identity-associations', { theirs: args, ours: args }, more);
    },
    update: (more) =>
      command('update-pod-identity-association', target(createBoth(next()), '--role-arn', otherRoleArn), more),
    delete: (more) => command('delete-pod-identity-association', target(createBoth(next())), more),
  };

  describe.each(Object.entries(lines))('%s', (_, line) => {
    // Every operation meets every output and every query: all pairs of both would take minutes.
    test.each(outputs)('prints the same with --output %s, without a query and with 4 of 20', async (output) => {
      const different: unknown[] = [];
      const chosen = queries.filter((_query, index) => index % outputs.length === outputs.indexOf(output));
      for (const query of [[], ...chosen.map((expression) => ['--query', expression])]) {
        const { theirs, ours: own } = await both(() => line(['--output', output, ...query]));
        if (JSON.stringify(theirs) !== JSON.stringify(own)) different.push({ query, theirs, own });
      }
      expect(different).toEqual([]);
    });
  });

  test('an association that exists already has the same error', async () => {
    const args = lines.create?.([]) ?? { theirs: [], ours: [] };
    await both(() => args);
    const again = await both(() => args);
    expect(again).toMatchObject({ theirs: { code: 254 }, ours: { code: 254 } });
    const { stderr } = await runOnGateway(args.ours, { environment });
    expect(stderr).toContain(
      'An error occurred (ResourceInUseException) when calling the CreatePodIdentityAssociation operation: ',
    );
  });
});

/** What belongs to the AWS CLI, and to the command. */
interface Pair<Part = string> {
  readonly theirs: Part;
  readonly ours: Part;
}
