// No quick test: it is about programs or packages as they run.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startAnsweringServer } from '../../../test/support/answering-server.ts';
import { expectReadmeOutputs } from '../../../test/support/installed-package.ts';
import { startServerProcess } from '../../../test/support/server-process.ts';
import {
  checkout,
  declared,
  example,
  fleet,
  fork,
  github,
  issued,
  jobs,
  openGitHub,
  pullRequest,
  push,
  repository,
  runJob,
  scratch,
  starts,
  workflowText,
} from './github.ts';

openGitHub();

test('the workflow has no secrets, actions pinned by commit, and no permissions but those of its jobs', () => {
  expect(workflowText).not.toMatch(/secrets\./);
  const { permissions } = parse(workflowText) as { permissions: object };
  const needed = { contents: 'read', 'id-token': 'write' };
  expect([permissions, jobs.plan.permissions, jobs.apply.permissions]).toEqual([{}, needed, needed]);
  const actions = [jobs.plan, jobs.apply].flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  expect(actions.every((action) => /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toBe(true);
});

test('a pull request shows the plan and changes nothing, its merge applies it, and another run changes nothing', async () => {
  expect([starts(jobs.plan, pullRequest), starts(jobs.apply, pullRequest)]).toEqual([true, false]);
  const planned = await runJob(jobs.plan, await checkout('plan'));
  expect(planned).toMatchObject({ failure: null, summary: expect.stringContaining('3 to create') });
  expect(planned.summary).toMatch(/\+ create \S+\/apps-prod\/payments\/api arn:/);
  expect(fleet.effects()).toEqual([]);

  expect([starts(jobs.plan, push), starts(jobs.apply, push)]).toEqual([false, true]);
  const runner = await checkout('production');
  expect(await runJob(jobs.apply, runner)).toMatchObject({
    failure: null,
    summary: expect.stringContaining('Done: 3 of 3.'),
  });
  const made = fleet.effects();
  expect(made).toEqual(['Create api', 'Create api', 'Create batch']);
  expect(await runJob(jobs.apply, runner)).toMatchObject({
    failure: null,
    summary: expect.stringContaining('3 unchanged'),
  });
  expect(fleet.effects()).toEqual(made);

  const trail = [
    'audit-trail',
    '--all',
    '--events',
    'SUCCEEDED',
    '--query',
    'entries[0].[principal.principalId, onBehalfOf]',
  ];
  const { stdout } = await fleet.run(trail, 'olivia');
  expect(JSON.parse(stdout)).toEqual([`${github}#repo:example/payments:environment:production`, 'alice-on-github']);
});

test('a denial fails the plan, with its rule and its advice', async () => {
  const runner = await checkout('plan', declared({ namespace: 'search', role: 'search/search-api' }));
  const { failure, summary } = await runJob(jobs.plan, runner);
  expect(failure).toContain('Exit code 1');
  expect(summary).toMatch(
    /! denied create \S+\/search\/worker\n.*Policy default-deny: Owners of the namespace: search-team/,
  );
});

test('the job that plans has no right to change anything, whatever the branch makes of it', async () => {
  const before = fleet.effects().length;
  const hostile = { ...jobs.apply, environment: 'plan' };
  const { failure, summary } = await runJob(hostile, await checkout('plan', declared({ name: 'hostile' })));
  expect(failure).not.toBeNull();
  expect(summary).toContain('permitted to you as dry runs only');
  expect(fleet.effects()).toHaveLength(before);
});

test('a run of an older commit, repeated, changes nothing and says why', async () => {
  const before = fleet.effects().length;
  const main = { sha: 'a'.repeat(40), head: 'b'.repeat(40) };
  const { failure, summary } = await runJob(jobs.apply, await checkout('production', declared({ name: 'old' }), main));
  expect(failure).toContain('Exit code 1');
  expect(summary).toContain('The run of that commit applies it.');
  expect(fleet.effects()).toHaveLength(before);
});

test('a pull request from a fork gets neither a plan nor a token', async () => {
  expect([starts(jobs.plan, fork), starts(jobs.apply, fork)]).toEqual([false, false]);
  issued.length = 0;
  // Also where its own workflow says otherwise: GitHub withholds the permission.
  const { failure } = await runJob(jobs.plan, await checkout('plan'), { permissions: { contents: 'read' } });
  expect(failure).toContain('ACTIONS_ID_TOKEN_REQUEST_TOKEN: unbound variable');
  expect(issued).toEqual([]);
});

test('lost answers do not make a change twice', async () => {
  let losses = 2;
  const lossy = await startAnsweringServer((response, { path, headers, body }) => {
    const { authorization = '' } = headers;
    const forwarded = { method: 'POST', headers: { 'content-type': 'application/json', authorization }, body };
    void fetch(`${fleet.gateway.url}${path}`, forwarded).then(async (answer) => {
      const text = await answer.text();
      if (body.includes('mutation') && losses-- > 0) response.destroy();
      else response.writeHead(answer.status).end(text);
    });
  });
  const before = fleet.effects().length;
  const runner = await checkout('production', declared({}));
  expect(await runJob(jobs.apply, runner, { url: lossy.endpoint })).toMatchObject({ failure: null });
  expect(losses).toBeLessThan(0);
  expect(fleet.effects()).toHaveLength(before + 1);
  await lossy.stop();
});

test('two runs at once make each change once', async () => {
  const before = fleet.effects().length;
  const declaration = declared({ name: 'twice', serviceAccount: 'twice' });
  const both = await Promise.all([checkout('production', declaration), checkout('production', declaration)]);
  const results = await Promise.all(both.map((runner) => runJob(jobs.apply, runner)));
  expect(results.filter(({ failure }) => failure === null).length).toBeGreaterThan(0);
  expect(fleet.effects()).toHaveLength(before + 1);
});

/** Approves what is pending, as two platform admins: the request of a service needs two. */
async function approve(): Promise<void> {
  for (const admin of ['kim', 'pat']) {
    const { stdout } = await fleet.run(['approvals', '--query', 'approvals[].id'], admin);
    const [id = ''] = JSON.parse(stdout) as readonly string[];
    expect(await fleet.run(['approve', id], admin)).toMatchObject({ code: 0 });
  }
}

test('what needs approvals fails the job, and is made by the next run once it is approved', async () => {
  const storage = {
    namespace: 'kube-system',
    role: 'kube-system/ebs-csi-driver',
    serviceAccount: 'ebs-csi-controller-sa',
  };
  const runner = await checkout('production', declared({ name: 'storage', ...storage }));
  const held = await runJob(jobs.apply, runner);
  expect(held.failure).toContain('Exit code 3');
  expect(held.summary).toMatch(/Needs an approval: [^]*Approvers: group platform-admins/);
  await approve();
  expect(await runJob(jobs.apply, runner)).toMatchObject({
    failure: null,
    summary: expect.stringContaining('Done: 1 of 1.'),
  });
});

test('a job that waits for approvers goes on by itself', async () => {
  const controller = { namespace: 'kube-system', role: 'kube-system/ebs-csi-driver', serviceAccount: 'karpenter' };
  const runner = await checkout('production', declared({ name: 'karpenter', ...controller }));
  const waiting = runJob(jobs.apply, runner, { wait: '30m' });
  for (;;) {
    const { stdout } = await fleet.run(['approvals', '--query', 'length(approvals)'], 'kim');
    if (stdout.trim() !== '0') break;
  }
  await approve();
  expect(await waiting).toMatchObject({ failure: null, summary: expect.stringContaining('Done: 1 of 1.') });
});

test('the commands of the README print what it shows', async () => {
  const folder = mkdtempSync(join(scratch, 'readme-'));
  const local = { LOCAL_FOLDER: folder };
  const server = await startServerProcess({ ...local, SCAN_INTERVAL_MS: '1000' });
  await expectReadmeOutputs(join(example, 'README.md'), {
    start: 'npm start\n',
    cwd: repository,
    env: local,
    replacements: [
      ['/tmp/', `${folder}/`],
      ['http://127.0.0.1:4000', server.url.replace(/\/graphql$/, '')],
    ],
  });
  await server.stop();
});
