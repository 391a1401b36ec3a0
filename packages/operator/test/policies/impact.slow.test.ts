// No quick test.
import { appendFileSync, copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { home, roleArn } from '../../../../test/support/gateway.ts';
import { association, copyOfShipped, forbidWhen, onCreate, replaceIn } from '../../../../test/support/policy-sample.ts';
import { openFleet, storeSeen } from '../observed-fleet.ts';
import { runOperator } from '../run-operator.ts';

const cluster = `${home.accountId}/${home.region}/apps-dev`;

let fleet: Awaited<ReturnType<typeof openFleet>>;
beforeEach(async () => {
  fleet = await openFleet();
});
afterEach(() => fleet.close());

/** Adds a rule to the changed policies; its id is `condition`. */
const addRule = (condition: string) => writeFileSync(join(fleet.folder, 'new.cedar'), forbidWhen(condition, onCreate));
const impact = async (...args: readonly string[]) => {
  const { status, stdout, stderr } = await fleet.run('policies', 'impact', fleet.folder, ...args);
  return { status, err: stderr, lines: stdout.trimEnd().split('\n') };
};
const noCostCenter = '!resource.hasTag("cost-center")';

test('a rule that newly forbids is reported by association, rule, cluster and namespace, with the principals that were judged', async () => {
  await fleet.gateway.create();
  fleet.makeDirectly('payments', 'untagged', { tags: {} });
  fleet.makeDirectly('unowned', 'worker');
  await fleet.scanAll();
  addRule(noCostCenter);
  const { status, lines, err } = await impact();
  expect({ status, err }).toEqual({ status: 2, err: '' });
  expect(lines).toEqual([
    `FORBIDDEN ${cluster}/payments/api (OPERATION) for a member of payments-team, https://issuer.example#alice: allowed by owners-create; now denied by condition`,
    `OTHER_REASONS ${cluster}/payments/untagged (OUTSIDE) for a member of payments-team: denied by required-tags; now denied by condition, required-tags`,
    `FORBIDDEN ${cluster}/unowned/worker (OUTSIDE) for a member of platform-admins: allowed by platform-admins; now denied by condition`,
    '3 associations judged: FORBIDDEN 2, PERMITTED 0, NEEDS_APPROVAL 0, DEPENDS 0, OTHER_REASONS 1',
    'condition, regardless of who asks: FORBIDDEN 2, OTHER_REASONS 1',
    `  ${cluster}/payments: FORBIDDEN 1, OTHER_REASONS 1`,
    `  ${cluster}/unowned: FORBIDDEN 1`,
    expect.stringMatching(/^policy set \w{64}, inventory \w{64}, compared with policy set \w{64}, inventory \w{64}$/),
  ]);
});

test('a rule that an approval lifts is reported as one that needs an approval', async () => {
  await fleet.gateway.create();
  const required = join(fleet.folder, 'required-policies.json');
  replaceIn(required, '[', '["held",');
  appendFileSync(
    join(fleet.folder, 'approvals.cedar'),
    `@id("held") @message("m") @advice("a") @approvers("security") ${onCreate};`,
  );
  const { status, lines } = await impact();
  expect(status).toBe(2);
  expect(lines[0]).toMatch(
    /^NEEDS_APPROVAL \S+ \(OPERATION\) for .*: allowed by owners-create; now needs approval for held \(1 of security\)$/,
  );
  expect(lines).toContain(
    '1 associations judged: FORBIDDEN 0, PERMITTED 0, NEEDS_APPROVAL 1, DEPENDS 0, OTHER_REASONS 0',
  );
});

test('policies that decide as before end with 0, and clusters that were never scanned are named', async () => {
  await fleet.gateway.create();
  expect(await impact()).toEqual({
    status: 0,
    lines: [
      '1 associations judged: FORBIDDEN 0, PERMITTED 0, NEEDS_APPROVAL 0, DEPENDS 0, OTHER_REASONS 0',
      expect.any(String),
    ],
    err: `NOTE clusters 2, never scanned 2: ${cluster}, ${home.accountId}/${home.region}/apps-prod\n`,
  });
});

test('a rule about principals is not one that applies regardless of who asks, and the maker of an association is judged besides the owners', async () => {
  await fleet.gateway.create();
  await fleet.gateway.create({ serviceAccount: 'worker', clientRequestToken: 'second' }, 'pat');
  addRule('!(principal in PodIdentity::Group::"platform-admins")');
  const { status, lines } = await impact();
  expect(status).toBe(2);
  expect(lines).toContain('condition: FORBIDDEN 2');
  expect(lines.filter((line) => line.includes('/worker'))).toEqual([
    `FORBIDDEN ${cluster}/payments/worker (OPERATION) for a member of payments-team: allowed by owners-create; now denied by condition`,
  ]);
});

test('an adopted association is judged by the owners, not by the principal that adopted it', async () => {
  const { associationId } = fleet.makeDirectly('payments', 'api', { tags: {} });
  await fleet.gateway.adopt({ associationId, clientRequestToken: 'first', reason: 'Terraform made it.' });
  addRule(noCostCenter);
  const [line] = (await impact()).lines;
  expect(line).toMatch(/\(ADOPTED\) for a member of payments-team: denied by required-tags; now denied by/);
});

test('a namespace that no owner and no named group may use is judged by a principal in no group', async () => {
  const against = copyOfShipped();
  for (const folder of [against, fleet.folder]) {
    replaceIn(join(folder, 'access.cedar'), '[PodIdentity::Action::"CreatePodIdentityAssociation",\n     ', '[');
  }
  fleet.makeDirectly('unowned', 'worker');
  await fleet.scanAll();
  addRule(noCostCenter);
  const { lines } = await impact('--against', against);
  expect(lines[0]).toBe(
    `OTHER_REASONS ${cluster}/unowned/worker (OUTSIDE) for a principal in no group: denied by default-deny; now denied by condition, default-deny`,
  );
  rmSync(against, { recursive: true });
});

test('another owner in the inventory forbids to the old one and permits to the new one', async () => {
  await fleet.gateway.create();
  const inventory = join(fleet.folder, 'inventory.json');
  replaceIn(
    inventory,
    '"name": "payments", "owners": ["payments-team"]',
    '"name": "payments", "owners": ["ledger-team"]',
  );
  const { status, lines } = await impact();
  expect(status).toBe(2);
  expect(lines.slice(0, 5)).toEqual([
    `FORBIDDEN ${cluster}/payments/api (OPERATION) for a member of payments-team, https://issuer.example#alice: allowed by owners-create; now denied by default-deny`,
    `PERMITTED ${cluster}/payments/api (OPERATION) for a member of ledger-team: denied by default-deny; now allowed by owners-create`,
    '1 associations judged: FORBIDDEN 1, PERMITTED 1, NEEDS_APPROVAL 0, DEPENDS 0, OTHER_REASONS 0',
    'default-deny: FORBIDDEN 1, PERMITTED 1',
    `  ${cluster}/payments: FORBIDDEN 1, PERMITTED 1`,
  ]);
  const same = await impact('--against', fleet.folder, '--against-inventory', inventory);
  expect(same.status).toBe(0);
});

test('a cluster that the changed inventory lacks forbids its associations regardless of who asks', async () => {
  await fleet.gateway.create();
  replaceIn(join(fleet.folder, 'inventory.json'), '"clusterName": "apps-dev"', '"clusterName": "apps-test"');
  const { lines } = await impact();
  expect(lines).toContain('cluster-not-registered, regardless of who asks: FORBIDDEN 1');
});

test.each([
  ['without', '!context.hasReason'],
  ['with', 'context.hasReason'],
])('a rule about the reason is judged with and without one, and forbids only %s it', async (which, condition) => {
  await fleet.gateway.create();
  addRule(condition);
  const { lines } = await impact();
  expect(lines[0]).toContain(
    ` for a member of payments-team ${which} a reason, https://issuer.example#alice ${which} a reason: `,
  );
  expect(lines[1]).toBe(
    '1 associations judged: FORBIDDEN 1, PERMITTED 0, NEEDS_APPROVAL 0, DEPENDS 0, OTHER_REASONS 0',
  );
});

test('a rule about role attributes leaves the decision open until --roles has the role', async () => {
  await fleet.gateway.create();
  copyFileSync(join(fleet.folder, 'examples/role-team-tag.cedar'), join(fleet.folder, 'role-team-tag.cedar'));
  const open = await impact();
  const arn = roleArn('payments/payments-api');
  expect(open.status).toBe(2);
  expect(open.lines.join('\n')).toMatch(
    /DEPENDS \S+ \(OPERATION\) [^:]*:\/\/[^:]*: allowed by owners-create; now depends on /,
  );
  expect(open.lines).toContain(`1 with ${arn}: give the role with --roles`);
  const roles = join(fleet.folder, 'roles.json');
  writeFileSync(roles, JSON.stringify([{ arn, tags: [{ key: 'team', value: 'payments' }] }]));
  expect((await impact('--roles', roles)).status).toBe(0);
});

test('requests of the trail are replayed with the same policies', async () => {
  const created = await fleet.gateway.create();
  await fleet.gateway.remove({ associationId: created.association?.associationId });
  addRule(noCostCenter);
  const { status, lines } = await impact('--since', '2020-01-01T00:00:00Z');
  expect(status).toBe(2);
  expect(lines[0]).toBe(
    '0 associations judged: FORBIDDEN 0, PERMITTED 0, NEEDS_APPROVAL 0, DEPENDS 0, OTHER_REASONS 0',
  );
  expect(lines.join('\n')).toMatch(
    /\n\S+ CreatePodIdentityAssociation \S+\/api by \S+#alice, operation \S+: allowed by owners-create; now denied by condition\n/,
  );
  expect(lines).toContain(
    '2 requests replayed: 1 now denied, 0 now allowed, 0 now needing approval, 0 decided by other policies',
  );
});

test('--output json prints one object per line, with a summary as the last one, for any number of associations', async () => {
  await fleet.gateway.create();
  await fleet.scanAll();
  // More than one page of the store.
  for (let index = 0; index < 130; index++) {
    await storeSeen(fleet.ledger, association({ serviceAccount: `worker-${index}` }));
  }
  addRule(noCostCenter);
  const { status, lines } = await impact('--output', 'json', '--since', '2020-01-01T00:00:00Z');
  expect(status).toBe(2);
  const objects = lines.map((line) => JSON.parse(line) as { type: string });
  expect(objects).toHaveLength(133);
  expect(objects[0]).toEqual({
    ...{ type: 'ASSOCIATION', kind: 'FORBIDDEN', ...home, clusterName: 'apps-dev', namespace: 'payments' },
    ...{ serviceAccount: 'api', origin: 'OPERATION', policyIds: ['condition'], roleArns: [] },
    principals: ['a member of payments-team', 'https://issuer.example#alice'],
    ...{ before: 'allowed by owners-create', after: 'denied by condition' },
  });
  expect(objects.at(-2)).toMatchObject({ type: 'REQUEST', action: 'CreatePodIdentityAssociation' });
  expect(objects.at(-1)).toMatchObject({
    ...{ type: 'SUMMARY', judged: 131, counts: { FORBIDDEN: 131 } },
    rules: [
      {
        ...{ policyId: 'condition', regardlessOfPrincipal: true, counts: { FORBIDDEN: 131 } },
        namespaces: [{ ...home, clusterName: 'apps-dev', namespace: 'payments', counts: { FORBIDDEN: 131 } }],
      },
    ],
    ...{ requests: { nowDenied: 1 }, coverage: { clusters: 2, neverScanned: [], failed: [] } },
  });
});

test('wrong arguments and unreadable policies end with 1, as 2 means that something changes', async () => {
  expect(await fleet.run('policies', 'impact')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('FOLDER is missing'),
  });
  expect(await impact('--since', '2020-01-01T00:00:00Z', '--trail', 'x')).toMatchObject({ status: 1 });
  expect(await impact('--against-inventory', 'x')).toMatchObject({ status: 1, lines: [''] });
  writeFileSync(join(fleet.folder, 'new.cedar'), 'permit (');
  expect(await impact()).toMatchObject({ status: 1, err: expect.stringContaining('new.cedar') });
});

test('progress is shown on a terminal only', async () => {
  await fleet.gateway.create();
  const words = ['policies', 'impact', fleet.folder];
  const on = (isTTY: boolean) => runOperator(words, { LEDGER_FILE: fleet.file }, { isTTY });
  expect((await on(true)).stderr).toContain('\r1 associations judged, ');
  expect((await on(false)).stderr).not.toContain('\r');
});
