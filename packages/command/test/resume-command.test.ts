import { rmSync } from 'node:fs';
import { makeSqliteLedger } from '../../sqlite-ledger/src/ledger.ts';
import { openGateway } from '../../../test/support/gateway.ts';
import type { Gateway } from '../../../test/support/gateway.ts';
import { approvalIn, approvalsOf, held, withApprovals } from '../../../test/support/held-requests.ts';
import { runOnGateway } from './run-on-gateway.ts';

// Who asked goes on from a machine that never had the token, or takes the request back.

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
  gateway = await openGateway({ ledger: stored, policies: folder });
  approvals = approvalsOf(gateway);
});

afterEach(async () => {
  await gateway.close();
  stored.close();
});

async function run(args: readonly string[], as = 'alice') {
  const environment = { POD_IDENTITY_ENDPOINT_URL: gateway.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) };
  return runOnGateway(args, { environment });
}

const ask = async (who: 'alice' | 'aliceViaChatops' = 'alice') => approvalIn(await approvals.create(who)).id;

test('resume makes an approved change under its token, and says afterwards that it was made', async () => {
  const id = await ask();
  expect(await run(['resume', id])).toMatchObject({ code: 3, stderr: expect.stringContaining('(APPROVAL_REQUIRED)') });
  await approvals.approve('nina', id);
  const made = await run(['resume', id]);
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('"associationId"') });
  const again = await run(['resume', id]);
  expect(again.code).toBe(0);
  expect(again.stderr).toMatch(/^The request was sent before: its operation \S+ is SUCCEEDED\./);
  expect(gateway.sent()).toBe(1);
  const { nodes } = await approvals.list('alice', { scope: { own: 'OPEN' } });
  expect(nodes).toEqual([]);
});

test('resume says what became of a request that was rejected, withdrawn or not approved in time', async () => {
  const rejected = await ask();
  await approvals.reject('nina', rejected, 'Not this week.');
  expect((await run(['resume', rejected])).stderr).toMatch(
    /was rejected by \S+#nina: Not this week\.[^]*To ask again:/,
  );
  const next = { serviceAccount: 'held-2', clientRequestToken: 'two' };
  const { id } = approvalIn(await approvals.create('alice', next));
  const withdrawn = await run(['withdraw-approval', id]);
  expect(withdrawn).toMatchObject({ code: 0, stdout: expect.stringContaining('"WITHDRAWN"') });
  expect(await run(['resume', id])).toMatchObject({ code: 254, stderr: expect.stringContaining('was withdrawn.') });
  expect(gateway.sent()).toBe(0);
});

test.each([
  ['another person', 'pat'],
  ['the person without the service', 'alice'],
])('resume by %s says who asked, and sends nothing', async (_, as) => {
  const id = await ask('aliceViaChatops');
  await approvals.approve('nina', id);
  const { code, stderr } = await run(['resume', id], as);
  expect(code).toBe(254);
  expect(stderr).toContain('#alice asked for it through ');
  expect(stderr).toContain('only they can send it again, through the same service.');
  expect(gateway.sent()).toBe(0);
});

test('resume and withdraw-approval of what another team asked for find nothing', async () => {
  const id = await ask();
  for (const command of ['resume', 'withdraw-approval'])
    expect(await run([command, id], 'bob')).toMatchObject({
      code: 254,
      stderr: expect.stringContaining('(ResourceNotFoundException)'),
    });
});

test('approvals --own lists what can still be approved or used', async () => {
  const id = await ask();
  expect((await run(['approvals', '--own'])).stdout).toContain(id);
  expect((await run(['approvals', '--own', '--cluster-name', held.clusterName])).code).toBe(252);
});

test('no command prints the token of another one', async () => {
  const id = await ask();
  for (const args of [
    ['approval', id],
    ['approvals', '--own'],
    ['withdraw-approval', id],
  ])
    expect(JSON.stringify(await run(args))).not.toContain('clientRequestToken');
});
