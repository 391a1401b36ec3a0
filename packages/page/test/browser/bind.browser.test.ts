import type { Page } from 'playwright-core';
import { describeUnless } from '../../../../test/support/requires.ts';
import { makeClientOf, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/${name}`;
const place = 'clusterName=apps-dev&accountId=111122223333&region=eu-central-1';
const hostile = `<img src=x onerror="window.hacked=1"> ‮evil ${'x'.repeat(150)}`;

describeUnless(missingBrowser)('the form that binds roles', () => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(() => opened.close());

  const effect = (page: Page) => page.getByRole('region', { name: 'What will happen' });
  const result = (page: Page) => page.getByRole('alert', { name: 'Result' });
  const checked = (page: Page, text: string) => effect(page).getByRole('status').filter({ hasText: text }).waitFor();

  /** Fills in a create, as somebody who types. */
  async function fill(page: Page, serviceAccount: string, roleName = 'payments-api'): Promise<void> {
    await page.getByLabel('Cluster').selectOption({ label: 'apps-dev (dev, 111122223333, eu-central-1)' });
    await page.getByLabel('Namespace').fill('payments');
    await page.getByLabel('Service account').fill(serviceAccount);
    await page.getByLabel('Key of tag 1').fill('team');
    await page.getByLabel('Value of tag 1').fill('payments');
    await page.getByText('Any role in arn:aws:iam::111122223333:role/pods/payments/').waitFor();
    await page.getByLabel('Role', { exact: true }).fill(roleName);
  }

  /** An association of alice's, to change. */
  async function bound(serviceAccount: string): Promise<string> {
    const alice = await makeClientOf(opened, 'alice');
    const created = await alice.createPodIdentityAssociation({
      clusterName: 'apps-dev',
      namespace: 'payments',
      serviceAccount,
      roleArn: role('payments-api'),
      tags: [{ key: 'team', value: 'payments' }],
    });
    if (created.kind !== 'succeeded') throw new Error(JSON.stringify(created));
    return created.association.associationId;
  }

  test('knows clusters, namespaces and roles, checks once, and shows what was done', async () => {
    const page = await opened.signedIn('alice', '#/bind');
    await fill(page, 'api');
    expect(await page.locator('#bind-namespace-offered').innerHTML()).toBe('<option value="payments"></option>');
    await checked(page, 'permitted by owners-create');
    expect(await effect(page).getByLabel('Settings').innerText()).toContain(role('payments-api'));
    const params = new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
    expect(Object.fromEntries(params)).toMatchObject({
      namespace: 'payments',
      roleArn: 'payments-api',
      tags: 'team=payments',
    });
    await page.getByLabel('Reason, for the trail').fill('Payments reads its queue.');
    await checked(page, 'permitted');
    await screenshot(page, 'bind-checked');
    await page.getByRole('button', { name: 'Bind', exact: true }).click();
    await result(page).getByText('done', { exact: true }).waitFor();
    await result(page).getByText('Restart').first().waitFor();
    const href = await result(page).getByRole('link', { name: /^01/ }).getAttribute('href');
    expect(href).toMatch(/^#\/trail\/operation\?id=01/);
    await screenshot(page, 'bind-done');

    const { id } = await (await makeClientOf(opened, 'alice')).viewer();
    const client = await makeClientOf(opened, 'alice');
    const { nodes } = await client.auditTrail({ scope: { principalId: id }, events: ['CHECKED'], first: 50 });
    // One without a reason, and one with: policy sees whether there is one.
    expect(nodes.filter(({ target }) => target?.serviceAccount === 'api')).toHaveLength(2);
  });

  test('a denial says which rule, with its text, what to change and whom to ask', async () => {
    const page = await opened.signedIn(
      'alice',
      `#/bind?${place}&namespace=search&serviceAccount=x&tags=${encodeURIComponent('team=payments')}`,
    );
    await page
      .getByRole('button', { name: 'Fill in the form all the same' })
      .or(page.getByLabel('Namespace'))
      .first()
      .waitFor();
    await page.getByLabel('Role', { exact: true }).fill('arn:aws:iam::111122223333:role/admin');
    const refusal = effect(page).getByRole('region', { name: 'Refusal' });
    await refusal.getByText('Whom to ask: group search-team').waitFor();
    await page.getByLabel('Namespace').fill('payments');
    await refusal.getByText('The role does not belong to this namespace.').waitFor();
    await refusal.getByText('role-by-convention').click();
    await refusal.getByText('forbid (').first().waitFor();
    expect(await refusal.innerText()).toMatch(/Use a role with the path of the namespace[^]*POLICY_DENIED/);
    expect(await page.getByRole('button', { name: 'Bind', exact: true }).isDisabled()).toBe(true);
    await screenshot(page, 'bind-denied');
  });

  test('an update shows the diff against what is, and changes only that', async () => {
    const associationId = await bound('updated');
    const page = await opened.signedIn('alice', `#/bind?${place}&associationId=${associationId}`);
    await checked(page, 'Nothing is changed yet.');
    await page.getByText('Target role, session policy and more').click();
    await page.getByLabel('Without session tags').check();
    await checked(page, 'permitted');
    expect(await effect(page).getByLabel('Settings').innerText()).toMatch(
      /disableSessionTags\s+before:\s+false\s+after:\s+true/,
    );
    await screenshot(page, 'bind-update');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await result(page).getByText('done', { exact: true }).waitFor();
    const alice = await makeClientOf(opened, 'alice');
    expect(await alice.podIdentityAssociation({ clusterName: 'apps-dev', associationId })).toMatchObject({
      disableSessionTags: true,
      roleArn: role('payments-api'),
    });
  });

  test('what others changed meanwhile is not overwritten: it is shown and checked again', async () => {
    const associationId = await bound('raced');
    const page = await opened.signedIn('alice', `#/bind?${place}&associationId=${associationId}`);
    await page.getByLabel('Role', { exact: true }).fill(role('payments-worker'));
    await checked(page, 'permitted');
    const alice = await makeClientOf(opened, 'alice');
    await alice.updatePodIdentityAssociation({ clusterName: 'apps-dev', associationId, disableSessionTags: true });
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await result(page).getByText('ASSOCIATION_CHANGED').waitFor();
    await checked(page, 'permitted');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await result(page).getByText('done', { exact: true }).waitFor();
  });

  test('a delete asks for the name of the service account', async () => {
    const associationId = await bound('deleted');
    const page = await opened.signedIn('alice', `#/bind?${place}&associationId=${associationId}`);
    await page.getByRole('link', { name: 'Delete it instead' }).click();
    const button = page.getByRole('button', { name: 'Delete', exact: true });
    await page.getByLabel('To delete the association').fill('delete');
    await checked(page, 'permitted');
    expect(await button.isDisabled()).toBe(true);
    await page.getByLabel('To delete the association').fill('deleted');
    await screenshot(page, 'bind-delete');
    await button.click();
    await result(page).getByText('It is deleted').waitFor();
    const alice = await makeClientOf(opened, 'alice');
    expect(await alice.podIdentityAssociation({ clusterName: 'apps-dev', associationId })).toBeNull();
  });

  test('a tag that a rule names is added with one press, and its value is left to the person', async () => {
    const page = await opened.signedIn('alice', `#/bind?${place}&namespace=payments&serviceAccount=untagged`);
    await page.getByLabel('Role', { exact: true }).fill(role('payments-api'));
    await effect(page).getByRole('button', { name: 'Add the tag “team”' }).click();
    expect(await page.getByLabel('Key of tag 1').inputValue()).toBe('team');
    await page.keyboard.type('payments');
    await checked(page, 'permitted');
    expect(
      await effect(page)
        .getByRole('button', { name: /Add the tag/ })
        .count(),
    ).toBe(0);
  });

  test('a form that a link has filled in sends nothing before a person presses', async () => {
    const filled = `&namespace=payments&serviceAccount=linked&roleArn=${role('payments-api')}&tags=team%3Dpayments`;
    const page = await opened.signedIn('alice', `#/bind?${place}${filled}`);
    await checked(page, 'A link has filled this in.');
    await page.waitForTimeout(2_000);
    const client = await makeClientOf(opened, 'alice');
    const { id } = await client.viewer();
    const entries = async () => {
      const { nodes } = await client.auditTrail({ scope: { principalId: id }, events: ['CHECKED'], first: 50 });
      return nodes.filter(({ target }) => target?.serviceAccount === 'linked').length;
    };
    expect(await entries()).toBe(0);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await checked(page, 'permitted');
    expect(await entries()).toBe(1);
  });

  test('a role that does not exist yet is told as such, and nothing is sent', async () => {
    const page = await opened.signedIn('alice', '#/bind');
    await fill(page, 'early', 'not-made-yet');
    await checked(page, 'The role does not exist yet: create it, then press “Check again”.');
    expect(await page.getByRole('button', { name: 'Bind', exact: true }).isDisabled()).toBe(true);
    await effect(page).getByRole('button', { name: 'Check again' }).waitFor();
    await screenshot(page, 'bind-role-missing');
  });

  test('who may bind nothing sees who can', async () => {
    const page = await opened.signedIn('olivia', '#/bind');
    await page.getByLabel('Cluster').selectOption({ index: 1 });
    const whoCan = page.getByRole('region', { name: 'Who can bind roles' });
    await whoCan.getByText('payments-team').first().waitFor();
    expect(await page.getByLabel('Service account').count()).toBe(0);
    await screenshot(page, 'bind-who-can');
  });

  test('what others wrote is text, whatever it is, and an association that is there already is compared', async () => {
    const direct = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'text', roleArn: role('other') };
    const body = JSON.stringify({ ...direct, tags: { note: hostile }, policy: hostile });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${opened.gateway.eksUrl}/_simulator/associations`, { method: 'POST', headers, body });
    const tags = encodeURIComponent(new URLSearchParams({ team: 'payments', note: '<b>x</b>' }).toString());
    const page = await opened.signedIn('alice', `#/bind?${place}&namespace=payments&serviceAccount=text&tags=${tags}`);
    await page.getByLabel('Role', { exact: true }).fill(role('payments-api'));
    await page.locator('.finding').getByText('<b>x</b>').waitFor();
    await page.getByLabel('Value of tag 2').fill('x');
    await effect(page).getByText('ASSOCIATION_ALREADY_EXISTS').waitFor();
    await effect(page).getByText('<img src=x').first().waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    await screenshot(page, 'bind-hostile');
    await effect(page).getByRole('link', { name: 'change it' }).click();
    await page.getByRole('heading', { name: 'Change an association' }).waitFor();
  });

  test('is used with the keyboard alone', async () => {
    const page = await opened.signedIn('alice', '#/bind');
    await page.getByLabel('Cluster').focus();
    const type = async (...keys: readonly string[]) => {
      for (const key of keys)
        await (key.length === 1 || /^[A-Z]/.test(key) ? page.keyboard.press(key) : page.keyboard.type(key));
    };
    await page.getByRole('option', { name: /apps-dev/ }).waitFor({ state: 'attached' });
    await type('apps-dev', 'Tab', 'payments', 'Tab', 'keys', 'Tab', 'team', 'Tab', 'payments', 'Tab', 'Tab', 'Tab');
    await type(role('payments-api'));
    await checked(page, 'permitted');
    await type('Enter');
    await result(page).getByText('done', { exact: true }).waitFor();
  });
});
