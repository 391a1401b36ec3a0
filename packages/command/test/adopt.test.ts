import { noFilters } from '../../../src/ledger/ledger.ts';
import { roleArn } from '../../../test/support/gateway.ts';
import type { ValueMap } from '../src/aws/value.ts';
import { approvalIn, held, polled } from '../../client/test/approval.ts';
import { gateway, openFaultyRoute, route, variablesOf } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Terminal } from './run-on-gateway.ts';

openFaultyRoute();

beforeEach(() => {
  const { control } = gateway.simulator;
  for (const { associationId } of control.associations()) control.deleteAssociation(associationId);
  gateway.clock.skip(600_000);
  control.clearRequests();
});

/** Longer than reads lag. Milliseconds. */
const lagMs = 11_000;

/** Makes associations directly at EKS, by the tags of the tools that make them. */
function makeDirectly(...made: readonly { readonly serviceAccount: string; readonly [field: string]: unknown }[]) {
  const place = { clusterName: 'apps-dev', namespace: 'payments', roleArn: roleArn('payments/payments-api') };
  const associations = made.map((fields) => gateway.simulator.control.createAssociation({ ...place, ...fields }));
  gateway.clock.skip(lagMs);
  return associations;
}

/** Runs `pod-identity adopt` as a platform administrator. */
async function adopt(args: readonly string[], terminal: Terminal = {}, as = 'pat') {
  const environment = { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) };
  return runOnGateway(['adopt', '--cluster', 'apps-dev', ...args], { environment, ...terminal });
}

interface Answer {
  readonly adoptions: readonly ValueMap[];
  readonly counts: Readonly<Record<string, number>>;
}
const answerOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as Answer;

/** The inputs of the adoptions that were sent. */
const sent = () =>
  route.seen.filter(({ body }) => body.includes('mutation Adopt')).map((seen) => variablesOf(seen).input);

const none = { planned: 0, denied: 0, adopted: 0, approvalRequired: 0, refused: 0, inProgress: 0, notSent: 0 };

const addon = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/vpc-cni/a1';

test('a plan lists what the gateway does not know, who made it and what policy says, and adopts nothing', async () => {
  await gateway.create({ serviceAccount: 'known', clientRequestToken: 'known' });
  makeDirectly(
    { serviceAccount: 'a', tags: { 'managed-by': 'Terraform' } },
    { serviceAccount: 'b', tags: { 'alpha.eksctl.io/cluster-name': 'apps-dev' } },
    { serviceAccount: 'c', tags: { 'services.k8s.aws/controller-version': 'eks-v1.9.0' } },
    { serviceAccount: 'd', tags: { 'crossplane-name': 'd' } },
    { serviceAccount: 'e', tags: { 'aws:cloudformation:stack-name': 'apps' } },
    { serviceAccount: 'f', ownerArn: addon },
    { serviceAccount: 'g', roleArn: roleArn('terraform/g') },
  );
  const outcome = await adopt(['--plan']);
  const { adoptions, counts } = answerOf(outcome);
  expect(outcome.code).toBe(0);
  expect(adoptions.map(({ serviceAccount, madeBy, status }) => [serviceAccount, madeBy, status])).toEqual([
    ['a', 'Terraform', 'PLANNED'],
    ['b', 'eksctl', 'PLANNED'],
    ['c', 'ACK', 'PLANNED'],
    ['d', 'Crossplane', 'PLANNED'],
    ['e', 'CloudFormation', 'PLANNED'],
    ['f', 'EKS add-on', 'DENIED'],
    ['g', undefined, 'PLANNED'],
  ]);
  expect(adoptions[6]?.message).toMatch(/Policy would deny a create of it: required-tags, role-by-convention/);
  expect(counts).toEqual({ ...none, planned: 6, denied: 1 });
  expect(sent()).toEqual([]);
  const described = gateway.simulator.control.requests('DescribePodIdentityAssociation');
  expect(described.length).toBeLessThanOrEqual(2 * 7 + 1);
  expect(gateway.simulator.control.requests('DescribeCluster')).toEqual([]);
});

test('a plan exits with 2 if there is something to adopt, with --detailed-exitcode', async () => {
  expect(await adopt(['--plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
  makeDirectly({ serviceAccount: 'a' });
  expect(await adopt(['--plan', '--detailed-exitcode'])).toMatchObject({ code: 2 });
});

test('adopts each with its modifiedAt and a token that follows from both, and a second run finds nothing to adopt', async () => {
  const [one] = makeDirectly({ serviceAccount: 'a' }, { serviceAccount: 'b' });
  const outcome = await adopt(['--yes', '--reason', 'Hand-over.']);
  expect(outcome.code).toBe(0);
  expect(answerOf(outcome).counts).toEqual({ ...none, adopted: 2 });
  const expectedModifiedAt = new Date((one?.modifiedAt ?? 0) * 1_000).toISOString();
  const clientRequestToken = `adopt-${one?.associationId}-${expectedModifiedAt}`;
  expect(sent()).toHaveLength(2);
  expect(sent()).toContainEqual(
    expect.objectContaining({ expectedModifiedAt, clientRequestToken, reason: 'Hand-over.' }),
  );
  expect(outcome.stderr).toContain('2 of 2 done');
  const again = await adopt(['--yes']);
  expect(answerOf(again)).toEqual({ adoptions: [], counts: none });
});

test('an adoption that others have to approve is planned and reported as such', async () => {
  makeDirectly({ serviceAccount: 'a' });
  const list = { status: 200, body: await drift() };
  const checked = { refusal: { code: 'APPROVAL_REQUIRED' }, auditEntry: { message: 'It needs an approval.' } };
  route.faults.push(list, {
    status: 200,
    body: JSON.stringify({ data: { checkAdoptPodIdentityAssociation: checked } }),
  });
  const plan = await adopt(['--plan']);
  expect(plan.code).toBe(0);
  expect(answerOf(plan)).toMatchObject({
    adoptions: [{ status: 'PLANNED', message: 'It needs an approval.' }],
    counts: { ...none, planned: 1 },
  });
  route.faults.push(list, held({}, 60, 'adopt'));
  const run = await adopt(['--yes']);
  expect(run.code).toBe(3);
  const message = 'Approvers: group security. To approve it: pod-identity approve approval-1.key';
  expect(answerOf(run).adoptions).toMatchObject([{ status: 'APPROVAL_REQUIRED', message }]);
});

test('an adoption that others have to approve is made with --wait once it is approved', async () => {
  makeDirectly({ serviceAccount: 'a' });
  const first = held({}, 0, 'adopt');
  route.faults.push({ status: 200, body: await drift() }, first, first, polled(approvalIn('APPROVED')));
  const outcome = await adopt(['--yes', '--wait', '1h']);
  expect(outcome.code).toBe(0);
  expect(answerOf(outcome).counts).toEqual({ ...none, adopted: 1 });
  expect(new Set(sent().map(({ clientRequestToken }) => clientRequestToken)).size).toBe(1);
  expect(outcome.stderr).toContain('payments/a: To approve it: pod-identity approve approval-1.key\n');
});

test('has one effect if it is run again after its answer was lost', async () => {
  makeDirectly({ serviceAccount: 'a' });
  route.faults.push({ status: 200, body: await drift() }, 'lost answer' as const);
  const outcome = await adopt(['--yes']);
  expect(outcome.code).toBe(0);
  const tokens = new Set(sent().map(({ clientRequestToken }) => clientRequestToken));
  expect(tokens.size).toBe(1);
  const events = ['SUCCEEDED'] as const;
  const operations = ['ADOPT_POD_IDENTITY_ASSOCIATION'] as const;
  const query = { ...noFilters, partition: { kind: 'all' }, events, operations, limit: 1, before: null } as const;
  const { entries } = await gateway.deps.ledger.readTrail(query);
  expect(entries[0]?.target?.serviceAccount).toBe('a');
});

/** The answer of the gateway to the query of drift. */
async function drift(): Promise<string> {
  route.seen.length = 0;
  await adopt(['--plan']);
  const [seen] = route.seen;
  const { query, variables } = JSON.parse(seen?.body ?? '') as { query: string; variables: object };
  const { data } = await gateway.send(query, variables, 'pat');
  route.seen.length = 0;
  return JSON.stringify({ data });
}

test('refuses what was modified since the plan, goes on, and exits with 254', async () => {
  const [one] = makeDirectly({ serviceAccount: 'a' }, { serviceAccount: 'b' });
  const listed = await drift();
  gateway.simulator.control.updateAssociation(one?.associationId ?? '', { disableSessionTags: true });
  gateway.clock.skip(lagMs);
  route.faults.push({ status: 200, body: listed });
  const outcome = await adopt(['--yes']);
  const { adoptions, counts } = answerOf(outcome);
  expect([outcome.code, counts]).toEqual([254, { ...none, adopted: 1, refused: 1 }]);
  expect(adoptions[0]).toMatchObject({
    status: 'REFUSED',
    message: expect.stringMatching(/was modified at/) as string,
  });
});

test('ends with what is in progress, and exits with 255, if the gateway cannot be reached any more', async () => {
  makeDirectly({ serviceAccount: 'a' }, { serviceAccount: 'b' });
  const listed = await drift();
  const unavailable = {
    status: 400,
    body: JSON.stringify({ errors: [{ message: 'Down.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] }),
  };
  route.faults.push({ status: 200, body: listed }, ...Array.from({ length: 4 }, () => unavailable));
  const outcome = await adopt(['--yes']);
  expect(outcome.code).toBe(255);
  expect(answerOf(outcome).counts).toEqual({ ...none, inProgress: 2 });
  expect(outcome.stderr).toContain('Run the same command again');
});

describe('without --yes', () => {
  const answering = (answer: string): Terminal & { readonly questions: string[] } => {
    const questions: string[] = [];
    const choose = (question: string) => {
      questions.push(question);
      return Promise.resolve(answer);
    };
    return { questions, prompter: { choose, text: choose } };
  };

  test('asks at the terminal, after the plan, and adopts if the answer is yes', async () => {
    makeDirectly({ serviceAccount: 'a', tags: { 'managed-by': 'terraform' } });
    const terminal = answering('yes');
    const outcome = await adopt([], terminal);
    expect(terminal.questions).toEqual(['Adopt 1 association in apps-dev?']);
    expect(outcome.stderr).toMatch(/payments\/a {2}a-\S+ {2}arn:\S+ {2}Terraform {2}The request would record/);
    expect(answerOf(outcome).counts).toMatchObject({ adopted: 1 });
  });

  test('adopts nothing if the answer is no', async () => {
    makeDirectly({ serviceAccount: 'a' });
    const outcome = await adopt([], answering('no'));
    expect([outcome.code, answerOf(outcome).counts]).toMatchObject([0, { planned: 1, adopted: 0 }]);
  });

  test('is an error without a terminal, before anything is sent', async () => {
    const outcome = await adopt([]);
    expect(outcome).toMatchObject({ code: 252, stdout: '' });
    expect(outcome.stderr).toContain('--yes');
    expect(route.seen).toEqual([]);
  });
});

test('adopts in one namespace only, if it is given', async () => {
  makeDirectly({ serviceAccount: 'a' }, { serviceAccount: 'b', namespace: 'search' });
  const { adoptions } = answerOf(await adopt(['--plan', '--namespace', 'search']));
  expect(adoptions).toMatchObject([{ namespace: 'search', serviceAccount: 'b' }]);
});

test('says who may adopt to those who may not', async () => {
  makeDirectly({ serviceAccount: 'a' });
  const outcome = await adopt(['--plan', '--namespace', 'payments'], {}, 'alice');
  expect(answerOf(outcome).adoptions).toMatchObject([{ status: 'DENIED' }]);
});
