import type { Page } from 'playwright-core';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, makeClientOf, missingBrowser, noteTime, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const fields = new URLSearchParams({
  clusterName: 'apps-prod',
  accountId: '111122223333',
  region: 'eu-central-1',
  namespace: 'kube-system',
  serviceAccount: 'ebs-csi-controller-sa',
  roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver',
  tags: 'team=platform',
  reason: 'The driver gets a role of its own.',
});

describeUnless(missingBrowser)('from a role that is needed to pods that have it', () => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(() => opened.close());

  /** A person, who does one thing after the other. */
  async function person(name: string, fragment: string) {
    return doing(await opened.signedIn(name, fragment), ['sign in']);
  }

  function doing(page: Page, did: string[]) {
    const press = async (role: 'button' | 'link', label: string | RegExp, within: Page = page) => {
      await within.getByRole(role, { name: label, exact: true }).first().click();
      did.push(label.toString());
    };
    const fill = async (label: string, text: string) => {
      await page.getByLabel(label, { exact: true }).fill(text);
      did.push(label);
    };
    return { page, did, press, fill };
  }

  /** The same browser of a person whose tab is closed: it keeps who signed in, and no token. */
  async function newTab({ page, did }: { readonly page: Page; readonly did: string[] }) {
    const tab = await page.context().newPage();
    tab.setDefaultTimeout(20_000);
    await tab.goto(`${opened.origin}/`);
    return doing(tab, did);
  }

  /** Kim approves the first request of the inbox that is about a service account. */
  async function approve(serviceAccount: RegExp) {
    const approver = await person('kim', '#/approvals');
    await approver.press('link', serviceAccount);
    await approver.press('button', 'Approve');
    await approver.page.getByText('Your vote is counted.').waitFor();
    expect(approver.did.slice(1)).toHaveLength(2);
  }

  type Person = Awaited<ReturnType<typeof person>>;

  /** Fills in the form by hand, asks for approval, closes the tab, and makes the change in another. */
  async function byHand(pat: Person, serviceAccount: string, ask: string): Promise<Person> {
    const { page, press, fill } = pat;
    await page.getByText('It belongs to platform-admins.').waitFor();
    expect(await page.getByLabel('Namespace').inputValue()).toBe('kube-system');
    await fill('Service account', serviceAccount);
    await page.getByText('The tag "team" is missing or empty.').first().waitFor();
    expect(await page.getByLabel('Key of tag 1').inputValue()).toBe('team');
    await fill('Value of tag 1', 'platform');
    await fill('Role', 'ebs-csi-driver');
    await page.getByRole('button', { name: ask, exact: true }).waitFor();
    await press('button', ask);
    await page.getByText('You can close this tab.').waitFor();
    // A tab that stays open makes the change itself, soon after the vote.
    await page.close();
    await approve(new RegExp(serviceAccount));
    const later = await newTab(pat);
    await later.page.getByRole('link', { name: /Approvals 1/ }).waitFor();
    await screenshot(later.page, `journey-start`);
    expect(await axeViolations(later.page)).toEqual([]);
    await later.press('button', 'Make the change now');
    await later.page.getByRole('alert', { name: 'Result' }).getByText('done', { exact: true }).waitFor();
    return later;
  }

  test('takes the requester 6 interactions from a link and the approver 2, although the tab of the requester is closed', async () => {
    const asking = await person('pat', `#/bind?${fields.toString()}`);
    await asking.press('button', 'Check');
    await asking.press('button', 'Ask for approval');
    await asking.page.getByText('You can close this tab.').waitFor();
    await asking.page.context().close();

    const approver = await person('kim', '#/approvals');
    await approver.page.getByRole('link', { name: /Approvals 1/ }).waitFor();
    expect(await approver.page.title()).toBe('(1) Approvals · Pod Identity');
    await screenshot(approver.page, 'journey-inbox');
    await approver.press('link', /ebs-csi-controller-sa/);
    await approver.press('button', 'Approve');
    await approver.page.getByText('Your vote is counted.').waitFor();
    await approver.page.getByText(/can make the change until/).waitFor();
    expect(await approver.page.evaluate('document.activeElement.textContent')).toMatch(/^Your vote is counted/);
    await screenshot(approver.page, 'journey-approved');
    expect(approver.did.slice(1)).toHaveLength(2);

    const later = await person('pat', '#/approvals');
    await later.page.getByRole('heading', { name: 'Yours' }).waitFor();
    await later.press('link', /ebs-csi-controller-sa/);
    await screenshot(later.page, 'journey-make');
    const pressed = performance.now();
    await later.press('button', 'Make the change now');
    await later.page.getByRole('alert', { name: 'Result' }).getByText('done', { exact: true }).waitFor();
    noteTime('From "Make the change now" to done, after a closed tab', pressed);
    expect([asking.did, later.did]).toEqual([
      ['sign in', 'Check', 'Ask for approval'],
      ['sign in', '/ebs-csi-controller-sa/', 'Make the change now'],
    ]);

    await approver.page.reload();
    await approver.page.getByRole('heading', { name: 'approved and used' }).waitFor();

    const { approvals } = await (
      await makeClientOf(opened, 'pat')
    ).request<{
      approvals: { nodes: { operationId: string }[] };
    }>('{ approvals(scope: {cluster: {clusterName: "apps-prod"}}) { nodes { operationId } } }');
    await later.page.goto(`${opened.origin}/#/trail/operation?id=${approvals.nodes[0]?.operationId}`);
    await later.page.getByRole('link', { name: 'done' }).click();
    await later.page.getByText(/after approval by kim/).waitFor();
    await screenshot(later.page, 'journey-entry');
  });

  test('takes the requester 8 interactions by hand the first time, and 7 once a cluster was used, although the tab is closed', async () => {
    const first = await person('pat', '');
    await first.press('link', 'Bind');
    await first.page
      .getByRole('form', { name: 'Change' })
      .getByLabel('Cluster')
      .selectOption({ label: 'apps-prod (prod, 111122223333, eu-central-1)' });
    first.did.push('Cluster');
    const done = await byHand(first, 'aws-load-balancer-controller', 'Ask for approval');
    const fields = ['Service account', 'Value of tag 1', 'Role'];
    const made = 'Make the change now';
    expect(done.did).toEqual(['sign in', 'Bind', 'Cluster', ...fields, 'Ask for approval', made]);
    expect(done.did).toHaveLength(8);

    await done.page.close();
    const again = await newTab({ page: done.page, did: ['sign in'] });
    await again.press('link', 'Bind');
    await again.page.getByText('You used it last.').waitFor();
    const ask = 'Ask for approval in apps-prod';
    const { did } = await byHand(again, 'karpenter', ask);
    expect(did).toEqual(['sign in', 'Bind', ...fields, ask, made]);
    expect(did).toHaveLength(7);
  });

  test('takes a person who fills in the form by hand 7 interactions from sign-in to done without an approval', async () => {
    const { page, did, press, fill } = await person('alice', '');
    await press('link', 'Bind');
    await page
      .getByRole('form', { name: 'Change' })
      .getByLabel('Cluster')
      .selectOption({ label: 'apps-dev (dev, 111122223333, eu-central-1)' });
    did.push('Cluster');
    await page.getByText('It belongs to payments-team.').waitFor();
    await fill('Service account', 'by-hand');
    await page.getByText('The tag "team" is missing or empty.').first().waitFor();
    await fill('Value of tag 1', 'payments');
    await fill('Role', 'arn:aws:iam::111122223333:role/pods/payments/payments-api');
    await page.getByText('EKS can still reject it.').waitFor();
    await press('button', 'Bind');
    await page.getByRole('alert', { name: 'Result' }).getByText('done', { exact: true }).waitFor();
    expect(did).toHaveLength(7);
  });

  test('begins the form with the cluster and the namespace that the person looked at', async () => {
    const { page, press } = await person('alice', '#/fleet?clusterName=apps-prod&namespace=payments-web');
    await press('link', 'Bind');
    await page.getByText('It belongs to payments-team.').waitFor();
    expect(await page.locator('#bind-clusterName').inputValue()).toBe('111122223333/eu-central-1/apps-prod');
    expect(await page.getByLabel('Namespace').inputValue()).toBe('payments-web');
    expect(await page.getByText('You used it last.').count()).toBe(0);
  });

  test('withdraws a request for good, and asks again with its fields and without its token in any link', async () => {
    fields.set('serviceAccount', 'efs-csi-controller-sa');
    const { page, press } = await person('pat', `#/bind?${fields.toString()}`);
    await press('button', 'Check');
    await press('button', 'Ask for approval');
    await page.getByRole('region', { name: 'Request' }).getByRole('link', { name: 'The approval' }).click();
    await page.getByRole('button', { name: 'Withdraw' }).waitFor();
    const { own } = await (
      await makeClientOf(opened, 'pat')
    ).request<{
      own: { nodes: { clientRequestToken: string }[] };
    }>('{ own: approvals(scope: {own: OPEN}) { nodes { clientRequestToken } } }');
    const token = own.nodes[0]?.clientRequestToken ?? 'none';
    expect(token).toMatch(/^[0-9a-f-]{36}$/);
    const shown = () => page.evaluate<string>('location.href + document.documentElement.outerHTML');
    expect(await shown()).not.toContain(token);
    await press('button', 'Withdraw');
    await press('button', 'Withdraw it for good');
    await page.getByRole('heading', { name: 'withdrawn' }).waitFor();
    await page.getByRole('link', { name: 'Ask again, with these fields' }).click();
    await page.getByText('A link has filled this in.').waitFor();
    expect(await shown()).not.toContain(token);
    expect(await page.getByLabel('Service account').inputValue()).toBe('efs-csi-controller-sa');
    expect(await page.getByLabel('Value of tag 1').inputValue()).toBe('platform');
    expect(await page.getByLabel('Role', { exact: true }).inputValue()).toBe(fields.get('roleArn'));
  });
});
