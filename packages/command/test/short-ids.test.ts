import { rmSync } from 'node:fs';
import { shortApprovalId } from '../../client/src/index.ts';
import { detailed } from '../../client/test/approval.ts';
import { startFaultyRoute } from '../../client/test/gateway.ts';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';
import { openGateway, roleArn } from '../../../test/support/gateway.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { approvalIn, approvalsOf, withApprovals } from '../../../test/support/held-requests.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Terminal } from './run-on-gateway.ts';

// Ids as people type them, and the links to the page.

const pageUrl = 'https://gateway.example/';
let stored: ReturnType<typeof makeSqliteLedger>;
let folder: string;
let gateway: Gateway;
let approvals: ReturnType<typeof approvalsOf>;

beforeAll(() => {
  folder = withApprovals();
});

afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  stored = makeSqliteLedger({ file: ':memory:' });
  const change: Parameters<typeof openGateway>[0]['change'] = (deps) => ({
    ...deps,
    about: { ...deps.about, pageUrl },
  });
  gateway = await openGateway({ ledger: stored, policies: folder, change });
  approvals = approvalsOf(gateway);
});

afterEach(async () => {
  await gateway.close();
  stored.close();
});

async function run(args: readonly string[], as: string, terminal: Terminal = {}, url = gateway.url) {
  const environment = { POD_IDENTITY_ENDPOINT_URL: url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) };
  return runOnGateway(args, { environment, ...terminal });
}

/** A person at a terminal who gives this answer. */
const answering = (answer: string, asked: string[] = []) => ({
  prompter: {
    text: () => Promise.reject(new Error('No text is asked for.')),
    choose: (question: string) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
  },
});

const ask = async (input: object = {}) => approvalIn(await approvals.create('alice', input)).id;

/** An approval that the example approver of the shipped policies may decide. */
async function askForSystem(): Promise<string> {
  const place = { clusterName: 'apps-prod', namespace: 'kube-system', serviceAccount: 'ebs-csi-controller-sa' };
  const input = { ...place, roleArn: roleArn('kube-system/ebs-csi'), tags: [{ key: 'team', value: 'platform' }] };
  const held = { ...input, reason: 'Disks.\u202eksid', clientRequestToken: 'system' };
  const document = `mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) {
    refusal { ... on ApprovalRequired { approval { id } } } } }`;
  interface Asked {
    createPodIdentityAssociation: { refusal: { approval: { id: string } } };
  }
  const { data } = await gateway.send<Asked>(document, { input: held }, 'pat');
  return data?.createPodIdentityAssociation.refusal.approval.id ?? '';
}

test('approvals and approval show the short id and the link to the page', async () => {
  const id = await ask();
  const shown = { shortId: id.slice(-8), link: `${pageUrl}#/approvals?id=${id}` };
  const list = await run(['approvals', '--own'], 'alice');
  expect(JSON.parse(list.stdout)).toMatchObject({ approvals: [{ id, ...shown }] });
  const one = await run(['approval', id.slice(-8).toUpperCase()], 'alice');
  expect(JSON.parse(one.stdout)).toMatchObject({ approval: { id, ...shown } });
});

test('a held change and its wait name the link to the approval', async () => {
  const line = ['create-pod-identity-association', '--cluster-name', 'apps-prod', '--namespace', 'kube-system'];
  const role = [
    '--service-account',
    'karpenter',
    '--role-arn',
    roleArn('kube-system/ebs-csi'),
    '--tags',
    'team=platform',
  ];
  const held = [...line, ...role, '--client-request-token', 'held-by-the-command'];
  const link = /^On the page: https:\/\/gateway\.example\/#\/approvals\?id=approval-\w{26}\.[0-9a-f]{64}$/m;
  expect((await run(held, 'pat')).stderr).toMatch(link);
  const waited = await run([...held, '--wait', '1'], 'pat');
  expect(waited).toMatchObject({ code: 3 });
  expect(waited.stderr).toMatch(link);
  const structured = await run([...held, '--cli-error-format', 'json'], 'pat');
  expect(JSON.parse(structured.stderr)).toMatchObject({ Link: expect.stringContaining('#/approvals?id=approval-') });
});

test('a vote by a short id shows the request, and is sent after a yes', async () => {
  const id = await askForSystem();
  const asked: string[] = [];
  const line = ['approve', shortApprovalId(id), '--query', 'approval.state'];
  const declined = await run(line, 'kim', answering('no', asked));
  expect(declined).toMatchObject({ code: 255, stdout: '', stderr: expect.stringContaining('No vote was sent.') });
  const { code, stdout, stderr } = await run(line, 'kim', answering('yes'));
  expect({ code, stdout, asked }).toEqual({ code: 0, stdout: '"APPROVED"\n', asked: ['Approve this request?'] });
  expect(stderr).toContain('https://issuer.example#pat asks for CREATE_POD_IDENTITY_ASSOCIATION\n');
  expect(stderr).toContain('Reason: Disks.\\u{202e}ksid\n');
  expect(stderr).toContain('For kube-system/ebs-csi-controller-sa in cluster apps-prod (111122223333, eu-central-1)\n');
  expect(stderr).toContain(`Approval: ${id}, until `);
});

test('without a terminal, a vote by a short id needs --yes', async () => {
  const id = await askForSystem();
  const refused = await run(['reject', shortApprovalId(id)], 'kim');
  expect(refused).toMatchObject({
    code: 252,
    stdout: '',
    stderr: expect.stringContaining(`--yes, or the whole ID, ${id}.`),
  });
  const rejected = await run(['reject', shortApprovalId(id), '--yes', '--query', 'approval.state'], 'kim');
  expect(rejected).toMatchObject({ code: 0, stdout: '"REJECTED"\n' });
});

test('resume and withdraw-approval take the short id of an own request, and of no other one', async () => {
  const short = shortApprovalId(await ask());
  const notFound = { code: 254, stderr: expect.stringContaining('(ResourceNotFoundException)') };
  expect(await run(['withdraw-approval', short], 'bob')).toMatchObject(notFound);
  expect(await run(['resume', short], 'alice')).toMatchObject({ code: 3 });
  expect(await run(['withdraw-approval', short], 'alice')).toMatchObject({ code: 0 });
  const ended = await run(['resume', short], 'alice');
  expect(ended.stderr).toContain(`No open approval of yours has the short ID ${short}. Give the whole ID`);
});

test('a short id of several approvals is an error that lists them, and nothing is sent', async () => {
  const route = await startFaultyRoute(gateway.url);
  const ids = ['approval-1.aa01234567', 'approval-2.bb01234567'];
  const nodes = ids.map((id) => detailed('PENDING', { id }));
  const pageInfo = { hasNextPage: false, endCursor: null };
  route.faults.push({ status: 200, body: JSON.stringify({ data: { approvals: { nodes, pageInfo } } }) });
  const { code, stderr } = await run(['approve', '01234567', '--yes'], 'kim', {}, route.url);
  expect(code).toBe(254);
  expect(stderr).toContain('The short ID 01234567 is that of 2 approvals.');
  for (const id of ids)
    expect(stderr).toContain(`- ${id}: https://issuer.example#alice for payments/api in apps-dev\n`);
  expect(route.seen).toHaveLength(1);
  await route.close();
});

test('a short id among more approvals than are read is not taken to be clear', async () => {
  const route = await startFaultyRoute(gateway.url);
  const nodes = [detailed('PENDING', { id: 'approval-1.aa01234567' })];
  const pageInfo = { hasNextPage: true, endCursor: 'next' };
  const page = { status: 200, body: JSON.stringify({ data: { approvals: { nodes, pageInfo } } }) };
  route.faults.push(...Array.from({ length: 20 }, () => page));
  const { code, stderr } = await run(['approve', '01234567', '--yes'], 'kim', {}, route.url);
  expect(code).toBe(254);
  expect(stderr).toContain('There are too many approvals to know');
  expect(route.seen).toHaveLength(10);
  await route.close();
});

test('from a request to done takes the requester 8 interactions at most, and the approver 2', async () => {
  const did: Record<'pat' | 'kim', string[]> = { pat: ['sign in'], kim: [] };
  const types = async (person: 'pat' | 'kim', line: string, answer?: string) => {
    did[person].push(line, ...(answer === undefined ? [] : [answer]));
    return run(line.split(' '), person, answer === undefined ? {} : answering(answer));
  };
  const place = '--cluster-name apps-prod --namespace kube-system --service-account ebs-csi-controller-sa';
  const role = `--role-arn ${roleArn('kube-system/ebs-csi-driver')} --tags team=platform`;
  expect(await types('pat', `bindable-roles ${place} --tags team=platform`)).toMatchObject({ code: 0 });
  const checked = await types('pat', `check-create-pod-identity-association ${place} ${role}`);
  expect(JSON.parse(checked.stdout)).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });
  const held = await types('pat', `create-pod-identity-association ${place} ${role} --reason Volumes`);
  expect(held.code).toBe(3);
  const [, short = ''] = /short ID ([0-9a-f]{8})/.exec(held.stderr) ?? [];

  expect(await types('kim', `approve ${short}`, 'yes')).toMatchObject({ code: 0 });

  // From any machine, also if the terminal of the request is closed.
  expect(await types('pat', `resume ${short}`)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"associationId"'),
  });
  expect(did.pat.length).toBeLessThanOrEqual(8);
  expect(did.kim).toHaveLength(2);
});
