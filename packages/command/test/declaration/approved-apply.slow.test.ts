// Quick test: packages/command/test/declaration/apply.test.ts.
import { startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

/** Of a system component, whose change in production another platform admin approves, and of others. */
const declaration = `version: 1
name: platform
bindings:
  - roleArn: arn:aws:iam::{accountId}:role/pods/kube-system/ebs-csi-driver
    clusters: [apps-*]
    namespaces: [kube-system]
    serviceAccounts: [ebs-csi-controller-sa]
    tags: { team: platform }
`;

const names = () => fleet.control.associations().map(({ clusterName }) => clusterName);

async function plan(): Promise<string> {
  const [file, path] = [fleet.write('bindings.yaml', declaration), fleet.pathOf('plan.json')];
  const planned = await fleet.run(['plan', '-f', file, '-o', path], 'pat');
  expect(planned.code).toBe(0);
  expect(planned.stdout.match(/needs an approval of the group platform-admins/g)).toHaveLength(1);
  expect(planned.stdout).toContain('2 to create, 0 to update, 0 to adopt, 0 to delete, 0 unchanged, 0 denied');
  return path;
}

/** Approves the approval that is pending, as another platform admin, and returns its id. */
async function approve(): Promise<string> {
  const { stdout } = await fleet.run(['approvals', '--query', 'approvals[].id'], 'kim');
  const [id = '', ...others] = JSON.parse(stdout) as readonly string[];
  expect(others).toEqual([]);
  expect((await fleet.run(['approve', id], 'kim')).code).toBe(0);
  return id;
}

test('a plan is applied but for what needs an approval, and applied again once it is approved', async () => {
  const apply = ['apply', await plan()];
  const first = await fleet.run(apply, 'pat');
  expect(first.code).toBe(3);
  expect(first.stdout).toContain('Done: 1 of 2.');
  expect(first.stdout).toMatch(
    /Needs an approval: .*\n- create \S+\/apps-prod\/\S+: Approvers: group platform-admins\. To approve it: pod-identity approve approval-/,
  );
  expect(names()).toEqual(['apps-dev']);

  const approvalId = await approve();
  const second = await fleet.run(apply, 'pat');
  expect(second).toMatchObject({ code: 0, stdout: 'Done: 2 of 2, 1 of them by an earlier run.\n' });
  expect(fleet.effects()).toEqual(['Create ebs-csi-controller-sa', 'Create ebs-csi-controller-sa']);
  expect((await fleet.run(apply, 'pat')).stdout).toBe('Done: 2 of 2, 2 of them by an earlier run.\n');
  expect(fleet.effects()).toHaveLength(2);

  const query = 'entries[?event!=`CHECKED`].[event, approvalId, decision.approvalId, operationId]';
  const trail = await fleet.run(['audit-trail', '--cluster-name', 'apps-prod', '--query', query], 'pat');
  const entries = JSON.parse(trail.stdout) as readonly (readonly (string | null)[])[];
  const about = (event: string) => entries.find(([one]) => one === event)?.slice(1, 3);
  expect(['APPROVAL_REQUESTED', 'APPROVED', 'APPROVAL_USED'].map((event) => about(event)?.[0])).toEqual([
    ...[approvalId, approvalId, approvalId],
  ]);
  expect(about('INTENT')).toEqual([null, approvalId]);
  const operationId = entries.find(([event]) => event === 'INTENT')?.[3] ?? '';
  const operation = ['operation', '--operation-id', operationId, '--query', 'operation.approvalId', '--output', 'text'];
  expect((await fleet.run(operation, 'pat')).stdout).toBe(`${approvalId}\n`);
});

test('apply --wait makes what needs an approval as soon as it is approved', async () => {
  let approved: Promise<string> | undefined;
  const onError = (text: string) => {
    if (text.includes('To approve it:')) approved ??= approve();
  };
  const applied = await fleet.run(['apply', await plan(), '--wait', '1h'], 'pat', { onError });
  await approved;
  expect(applied).toMatchObject({ code: 0, stdout: 'Done: 2 of 2.\n' });
  expect(applied.stderr).toMatch(/kube-system\/ebs-csi-controller-sa: Approved by https:\/\/issuer\.example#kim\./);
  expect(names().sort()).toEqual(['apps-dev', 'apps-prod']);
});
