import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyOfShipped } from '../../../test/support/policy-sample.ts';
import { roleArn, withoutRateLimit } from '../../../test/support/gateway.ts';
import type { ScannedGateway } from './declaration/scanned-gateway.ts';
import { outside, startScannedGateway } from './declaration/scanned-gateway.ts';
import { startFaultyRoute } from '../../client/test/gateway.ts';

/** More clusters than one check takes. */
const clusterNames = Array.from({ length: 12 }, (_, index) => `cluster-${String(index).padStart(2, '0')}`);
const place = { accountId: '111122223333', region: 'eu-central-1' };
const policies = copyOfShipped();
let fleet: ScannedGateway;

beforeAll(() => {
  const file = join(policies, 'inventory.json');
  const inventory = JSON.parse(readFileSync(file, 'utf8')) as { readonly clusters: readonly object[] };
  const more = clusterNames.map((clusterName) => ({ ...place, clusterName, environment: 'dev' }));
  writeFileSync(file, JSON.stringify({ ...inventory, clusters: [...inventory.clusters, ...more] }));
  const required = join(policies, 'required-policies.json');
  const ids = JSON.parse(readFileSync(required, 'utf8')) as readonly string[];
  writeFileSync(required, JSON.stringify([...ids, 'adopt-in-production', 'kept-as-it-is']));
  appendFileSync(
    join(policies, 'approvals.cedar'),
    `@id("adopt-in-production") @message("Others look first.") @advice("Ask them.") @approvers("platform-admins")
    forbid (principal, action == PodIdentity::Action::"AdoptPodIdentityAssociation", resource)
    when { resource.cluster.production };`,
  );
  appendFileSync(
    join(policies, 'guardrails.cedar'),
    `@id("kept-as-it-is") @message("It stays outside.") @advice("Leave it.")
    forbid (principal, action == PodIdentity::Action::"AdoptPodIdentityAssociation", resource)
    when { resource.serviceAccount == "kept" };`,
  );
});
afterAll(() => rmSync(policies, { recursive: true }));

beforeEach(async () => {
  fleet = await startScannedGateway({ policies, change: withoutRateLimit });
  for (const clusterName of clusterNames) fleet.control.addCluster({ ...place, clusterName });
});
afterEach(() => fleet.close());

interface Answer {
  readonly adoptions: readonly Readonly<Record<string, string | null>>[];
  readonly counts: Readonly<Record<string, number>>;
  readonly deniedUpdates: readonly { readonly reason: string; readonly associations: readonly string[] }[];
  readonly inventory: readonly object[];
}

const adopt = (args: readonly string[], as = 'pat', ...more: readonly [object?, string?]) =>
  fleet.run(['adopt', ...args], as, ...more);
const adoptJson = async (args: readonly string[]) => {
  const { code, stdout } = await adopt([...args, '--output', 'json']);
  return { code, ...(JSON.parse(stdout) as Answer) };
};

/** The ids of the approvals that wait, separated by tabs. */
const pending = async () =>
  (await fleet.run(['approvals', '--query', 'approvals[].id', '--output', 'text'], 'kim')).stdout.trim();

/** Makes an association in each of the clusters, as Terraform does. */
function makeInAll() {
  return clusterNames.map((clusterName) =>
    fleet.control.createAssociation({ ...outside('api'), clusterName, tags: { 'managed-by': 'Terraform' } }),
  );
}

test('adopts in more clusters than one check takes, and a second run has nothing left', async () => {
  makeInAll();
  await fleet.observe();
  fleet.control.clearRequests();
  const planned = await adopt(['--plan']);
  expect(planned.code).toBe(0);
  expect((await adopt(['--plan', '--detailed-exitcode'])).code).toBe(2);
  expect(planned.stdout).toContain('= adopt 1 in 111122223333/eu-central-1/cluster-11: 1 by Terraform\n');
  expect(planned.stdout).toContain('12 to adopt, 0 need an approval, 0 left out, 0 adopted before');
  expect(fleet.control.requests()).toEqual([]);

  const adopted = await adopt(['--yes', '--reason', 'Hand-over.']);
  expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('Adopted: 12 of 12') });
  expect(fleet.control.requests().map(({ operation }) => operation)).toEqual(
    clusterNames.map(() => 'DescribePodIdentityAssociation'),
  );
  expect(await adopt(['--yes'])).toMatchObject({
    code: 0,
    stdout:
      'Adopted: 0 of 0, 0 need an approval, 0 left out, 12 adopted before, 0 made by the gateway, 0 of EKS add-ons.\n',
  });
  expect(fleet.effects()).toEqual([]);
});

test('selects by clusters, namespaces and roles, also by patterns', async () => {
  makeInAll();
  fleet.control.createAssociation({ ...outside('index', 'search/search-api'), namespace: 'search' });
  fleet.control.createAssociation({ ...outside('direct'), targetRoleArn: 'arn:aws:iam::444455556666:role/t' });
  await fleet.observe();
  const names = async (...args: readonly string[]) => {
    const { adoptions } = await adoptJson(['--plan', ...args]);
    return adoptions.map(({ clusterName, serviceAccount }) => `${clusterName}/${serviceAccount}`);
  };
  expect(await names('--cluster-name', 'cluster-01,cluster-1*')).toEqual([
    ...['cluster-01/api', 'cluster-10/api', 'cluster-11/api'],
  ]);
  expect(await names('--namespace', 'search')).toEqual(['apps-dev/index']);
  expect(await names('--role-arn', 'arn:aws:iam::444455556666:role/*')).toEqual(['apps-dev/direct']);
  expect(await names('--account-id', '444455556666')).toEqual([]);
});

test('groups those whose next update policy would deny, with the lines of the inventory that permit it', async () => {
  const role = roleArn('x').replace('pods/x', 'terraform-api');
  fleet.control.createAssociation({ ...outside('a'), roleArn: role });
  fleet.control.createAssociation({ ...outside('b'), roleArn: role, clusterName: 'cluster-03' });
  fleet.control.createAssociation({ ...outside('c'), namespace: 'payments-eu', roleArn: role });
  fleet.control.createAssociation({ ...outside('d'), namespace: 'unowned', roleArn: role });
  fleet.control.createAssociation(outside('fine'));
  fleet.control.createAssociation(outside('default'));
  await fleet.observe();
  const { code, counts, deniedUpdates, inventory } = await adoptJson(['--yes']);
  expect([code, counts.adopted]).toEqual([0, 6]);
  expect(deniedUpdates.map(({ reason, associations }) => [reason.split(':')[0], associations.length])).toEqual([
    ['Policy role-by-convention', 4],
    ['Policy no-default-service-account', 1],
  ]);
  const lines = [
    { exists: true, entry: { name: 'payments', owners: ['payments-team'], roleArns: [role] } },
    { exists: false, entry: { name: 'payments-eu', owners: ['payments-team'], roleArns: [role] } },
    { exists: false, entry: { name: 'unowned', owners: [], roleArns: [role] } },
  ];
  expect(inventory).toEqual(lines);
  const again = await adopt(['--plan']);
  expect(again.stdout).toContain('Adopted as they are, but policy would deny their next update:\n- 4: Policy role-by');
  expect(again.stdout).toContain(`  ${JSON.stringify(lines[0]?.entry)},\n`);
  expect(again.stdout).toContain('Fill in the owners of 1 entries');
});

test('says what it leaves out: what was changed since it was adopted, add-ons, and clusters without a scan', async () => {
  const [one, two] = makeInAll();
  const ownerArn = 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/vpc-cni/a1';
  fleet.control.createAssociation({ ...outside('node'), ownerArn });
  await fleet.observe();
  expect((await adopt(['--yes', '--cluster-name', 'cluster-00'])).code).toBe(0);
  for (const { associationId = '' } of [one ?? {}, two ?? {}])
    fleet.control.updateAssociation(associationId, { disableSessionTags: true });
  await fleet.observe();
  const { code, adoptions, counts } = await adoptJson(['--plan']);
  expect([code, counts]).toMatchObject([1, { planned: 11, leftOut: 1, addOns: 1, unknownClusters: 0 }]);
  expect(adoptions.find(({ status }) => status === 'LEFT_OUT')).toMatchObject({
    clusterName: 'cluster-00',
    message: expect.stringContaining('changed outside since'),
  });

  const unseen = await startScannedGateway({ policies });
  expect(await unseen.run(['adopt', '--plan'], 'pat')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('No complete scan yet, so that associations can be missing:\n- 1111'),
  });
  await unseen.close();
});

test('says why those who may not adopt can adopt nothing', async () => {
  fleet.control.createAssociation(outside('api'));
  await fleet.observe();
  expect(await adopt(['--plan', '--namespace', 'payments'], 'alice')).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /Left out:\n- 1: Policy default-deny: Ask the platform admins to adopt the association\. \(1111\S+\/payments\/api\)/,
    ),
  });
});

test('asks for approvals only with --wait, and adopts what is approved', async () => {
  fleet.control.createAssociation({ ...outside('api'), clusterName: 'apps-prod' });
  fleet.control.createAssociation(outside('api'));
  await fleet.observe();
  const without = await adopt(['--yes']);
  expect(without).toMatchObject({ code: 3, stdout: expect.stringContaining('Adopted: 1 of 1, 1 need an approval') });
  expect(without.stdout).toContain('It needs an approval of the group platform-admins.');
  expect((await adopt(['--yes'])).code).toBe(3);
  expect(await pending()).toBe('');

  let approved: Promise<unknown> | undefined;
  const onError = (text: string) => {
    if (text.includes('To approve it:')) approved ??= pending().then((id) => fleet.run(['approve', id], 'kim'));
  };
  const waited = await adopt(['--yes', '--wait', '1h'], 'pat', { onError });
  await approved;
  expect(waited).toMatchObject({ code: 0, stdout: expect.stringContaining('Adopted: 1 of 1') });
});

test('asks again with --wait for what was rejected or expired before, in two runs at once for one approval', async () => {
  fleet.control.createAssociation({ ...outside('api'), clusterName: 'apps-prod' });
  await fleet.observe();
  let vote: Promise<unknown> | undefined;
  const onError = (text: string) => {
    if (text.includes('To approve it:')) vote ??= pending().then((id) => fleet.run(['reject', id], 'kim'));
  };
  const rejected = await adopt(['--yes', '--wait', '1h'], 'pat', { onError });
  await vote;
  expect(rejected).toMatchObject({ code: 1, stdout: expect.stringMatching(/Refused:\n- 1: \S*kim rejected/) });
  expect(await pending()).toBe('');

  const askAgain = ['--yes', '--wait', '1'];
  const twice = await Promise.all([adopt(askAgain), adopt(askAgain)]);
  expect(twice.map(({ code }) => code)).toEqual([3, 3]);
  const second = await pending();
  expect(second).toMatch(/^approval-\S+$/);
  fleet.gateway.clock.skip(25 * 3_600_000);
  expect((await adopt(askAgain)).code).toBe(3);
  const third = await pending();
  expect(third).toMatch(/^approval-\S+$/);
  expect(third).not.toBe(second);

  expect((await fleet.run(['approve', third], 'kim')).code).toBe(0);
  expect(await adopt(askAgain)).toMatchObject({ code: 0, stdout: expect.stringContaining('Adopted: 1 of 1') });
});

test('has one effect if an answer is lost, and refuses what was modified since it was seen', async () => {
  const [one] = makeInAll();
  await fleet.observe();
  const route = await startFaultyRoute(fleet.gateway.url);
  fleet.control.updateAssociation(one?.associationId ?? '', { disableSessionTags: true });
  fleet.gateway.clock.skip(11_000);
  const prompter = {
    choose: () => {
      route.faults.push('lost answer', 'lost answer');
      return Promise.resolve('yes');
    },
    text: () => Promise.resolve(''),
  };
  const outcome = await adopt([], 'pat', { prompter }, route.url);
  expect(outcome.code).toBe(1);
  expect(outcome.stdout).toMatch(/Refused:\n- 1: .*was modified at/);
  expect(outcome.stdout).toContain('Adopted: 11 of 12');
  const adoptions = route.seen.filter(({ body }) => body.includes('mutation Adopt'));
  expect(adoptions).toHaveLength(14);
  expect(new Set(adoptions.map(({ body }) => /adopt-a-[^"]+/.exec(body)?.[0])).size).toBe(12);
  await route.close();
});

test('an interrupted run says what it did not send, and the next one does what is left', async () => {
  for (let index = 0; index < 30; index += 1) fleet.control.createAssociation(outside(`s${index}`));
  await fleet.observe();
  const route = await startFaultyRoute(fleet.gateway.url);
  const interrupt = new AbortController();
  const prompter = {
    choose: () => {
      setTimeout(() => interrupt.abort(new Error('Interrupted.')), 30);
      return Promise.resolve('yes');
    },
    text: () => Promise.resolve(''),
  };
  const interrupted = await adopt([], 'pat', { prompter, signal: interrupt.signal }, route.url);
  expect(interrupted).toMatchObject({ code: 130, stdout: expect.stringContaining('Not sent: run the same command') });
  const next = await adoptJson(['--yes']);
  expect([next.code, (next.counts.adopted ?? 0) + (next.counts.adoptedBefore ?? 0)]).toEqual([0, 30]);
  expect(await adoptJson(['--plan'])).toMatchObject({ code: 0, counts: { adoptedBefore: 30 } });
  await route.close();
});

test('needs --plan or --yes without a terminal, before anything is sent', async () => {
  expect(await adopt([])).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--yes') });
});

const answering = (text: string) => ({ choose: () => Promise.resolve(text), text: () => Promise.resolve('') });

test('adopts nothing if the answer is no, and prints the report once', async () => {
  fleet.control.createAssociation(outside('api'));
  await fleet.observe();
  const questions: string[] = [];
  const choose = (question: string) => {
    questions.push(question);
    return Promise.resolve('no');
  };
  const outcome = await adopt([], 'pat', { prompter: { ...answering('no'), choose } });
  expect(questions).toEqual(['Adopt 1 association?']);
  expect(outcome).toMatchObject({ code: 0, stdout: 'Nothing was adopted.\n' });
  expect(outcome.stderr).toContain('1 to adopt');
  const asData = await adopt(['--output', 'json'], 'pat', { prompter: answering('no') });
  expect(JSON.parse(asData.stdout)).toMatchObject({ counts: { planned: 1 } });
});

const found = {
  nothing: [],
  'something to adopt': [outside('api')],
  'only something that needs an approval': [{ ...outside('api'), clusterName: 'apps-prod' }],
  'something denied as well': [outside('api'), outside('kept')],
};

test.each([
  ['nothing', { plan: 0, detailed: 0, no: 0, detailedNo: 0, yes: 0 }],
  ['something to adopt', { plan: 0, detailed: 2, no: 0, detailedNo: 2, yes: 0 }],
  ['only something that needs an approval', { plan: 0, detailed: 2, no: 3, detailedNo: 3, yes: 3 }],
  ['something denied as well', { plan: 1, detailed: 1, no: 1, detailedNo: 1, yes: 1 }],
] as const)('exit codes where a scan found %s', async (name, codes) => {
  for (const one of found[name]) fleet.control.createAssociation(one);
  await fleet.observe();
  const codeOf = async (args: readonly string[]) => {
    return (await adopt(args, 'pat', args.includes('--yes') ? {} : { prompter: answering('no') })).code;
  };
  const detailed = '--detailed-exitcode';
  expect({
    plan: await codeOf(['--plan']),
    detailed: await codeOf(['--plan', detailed]),
    no: await codeOf([]),
    detailedNo: await codeOf([detailed]),
    yes: await codeOf(['--yes']),
  }).toEqual(codes);
});
