import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, makeClientOf, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const place = { accountId: '111122223333', region: 'eu-central-1' };
const driver = {
  ...place,
  clusterName: 'apps-prod',
  namespace: 'kube-system',
  serviceAccount: 'ebs-csi-controller-sa',
  roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver',
  tags: [{ key: 'team', value: 'platform' }],
  reason: 'The driver gets a role of its own.',
};

const modes = [
  ['390', { viewport: { width: 390, height: 844 } }],
  ['1024', { viewport: { width: 1024, height: 768 } }],
  ['1440', { viewport: { width: 1440, height: 900 } }],
  ['dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
] as const;

// With `SCREENSHOTS`, e.g. `SCREENSHOTS=docs/images`, the pictures of all views are saved there.
describeUnless(missingBrowser)('every view', () => {
  let opened: OpenPage;
  const ids = { approval: '', entry: '' };
  beforeAll(async () => {
    opened = await openPage({ settings: { SCAN_INTERVAL_MS: '500', SCAN_MAX_AGE_MS: '2000' } });
    const [alice, pat] = [await makeClientOf(opened, 'alice'), await makeClientOf(opened, 'pat')];
    for (const [serviceAccount, roleName] of [
      ['api', 'payments-api'],
      ['worker', 'payments-worker'],
    ] as const) {
      await alice.createPodIdentityAssociation({
        ...place,
        clusterName: 'apps-dev',
        namespace: 'payments',
        serviceAccount,
        roleArn: `arn:aws:iam::111122223333:role/pods/payments/${roleName}`,
        tags: [{ key: 'team', value: 'payments' }],
        ...(serviceAccount === 'worker' && { expiresAt: new Date(Date.now() + 3 * 86_400_000).toISOString() }),
      });
    }
    const held = await pat.createPodIdentityAssociation(driver);
    if (held.kind === 'refused' && 'approval' in held.refusal) ids.approval = held.refusal.approval?.id ?? '';
    ids.entry = held.auditEntryId;
  });
  afterAll(() => opened.close());

  const views = (): Readonly<Record<string, readonly [fragment: string, text: string]>> => ({
    fleet: ['#/fleet', '2 associations'],
    association: ['#/fleet?open=111122223333/eu-central-1/apps-dev/payments/api', 'Compare with EKS now'],
    picture: ['#/fleet?show=picture', 'The same as a table'],
    trail: ['#/trail?scope=gateway', 'entries'],
    entry: [`#/trail?scope=gateway&open=${ids.entry}`, 'To look it up'],
    approvals: ['#/approvals', 'ebs-csi-controller-sa'],
    approval: [`#/approvals?id=${ids.approval}`, 'What it is bound to'],
    bind: [`#/bind?${new URLSearchParams({ ...place, clusterName: 'apps-dev' }).toString()}`, 'Still to fill in'],
    operations: ['#/operations', 'Policies in force'],
    mangled: ['#/fleet?asOf=2026-11-24T10:00:00.000Z.', 'This link can’t be read as it is'],
    unknown: ['#/nothing', 'There is no such view'],
  });

  test.each(modes)('breaks no rule of accessibility, and tells its name: %s', async (mode, options) => {
    const page = await opened.signedIn('kim', '', { ...options, reducedMotion: 'reduce' });
    for (const [name, [fragment, text]] of Object.entries(views())) {
      await page.goto(`${opened.origin}/${fragment}`);
      await page.getByText(text).first().waitFor();
      await page.waitForTimeout(200);
      await screenshot(page, `view-${name}-${mode}`);
      expect([name, await axeViolations(page)]).toEqual([name, []]);
      expect([name, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([name, true]);
    }
  });
});
