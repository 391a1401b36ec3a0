import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { copyOfShipped, replaceIn } from '../../../../test/support/policy-sample.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, makeClientOf, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const role = (path: string) => `arn:aws:iam::111122223333:role/${path}`;
const place = 'clusterName=apps-dev&accountId=111122223333&region=eu-central-1';

describeUnless(missingBrowser)('the roles that the form offers', () => {
  let opened: OpenPage;
  const policiesDirectory = copyOfShipped();
  beforeAll(async () => {
    replaceIn(
      join(policiesDirectory, 'inventory.json'),
      '{ "name": "payments", "owners": ["payments-team"] }',
      `{ "name": "payments", "owners": ["payments-team"], "roleArns": ["${role('legacy/Admin')}", "${role('legacy/queue')}"] }`,
    );
    opened = await openPage({ policiesDirectory });
  });
  afterAll(async () => {
    rmSync(policiesDirectory, { recursive: true });
    await opened.close();
  });

  const denied = (page: Page) => page.getByRole('list', { name: 'Roles that can’t be bound as it is' });
  const offered = (page: Page) =>
    page.evaluate<string[]>(`[...document.querySelectorAll('#bind-roleArn-offered option')].map((one) => one.value)`);
  const anyRole = (page: Page) => page.getByText(`Any role in ${role('pods/payments/')}`);

  /** How many dry runs of alice are in the trail. */
  async function dryRuns(): Promise<number> {
    const alice = await makeClientOf(opened, 'alice');
    const { id } = await alice.viewer();
    return (await alice.auditTrail({ scope: { principalId: id }, events: ['CHECKED'], first: 50 })).nodes.length;
  }

  test('are the permitted ones first, and the others with what is missing, without a dry run', async () => {
    const page = await opened.signedIn('alice', `#/bind?${place}&namespace=payments&serviceAccount=api`);
    await denied(page).getByText('The tag "team" is missing or empty.').first().waitFor();
    expect(await denied(page).getByRole('listitem').count()).toBe(2);
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'bind-roles-denied');
    expect(await page.getByLabel('Key of tag 1').inputValue()).toBe('team');
    expect(await page.getByLabel('Value of tag 1').inputValue()).toBe('');
    expect(await page.evaluate('location.hash')).not.toContain('tags=');
    await page.getByLabel('Value of tag 1').focus();
    await page.keyboard.type('payments');
    await anyRole(page).waitFor();
    expect(await page.getByLabel('Value of tag 1').inputValue()).toBe('payments');
    expect(await page.getByLabel('Key of tag 2').count()).toBe(0);
    expect(await denied(page).innerText()).toMatch(
      /^Denied:\s+Admin[^]*is an administrator role, according to its name/,
    );
    expect(await denied(page).getByRole('listitem').count()).toBe(1);
    expect(await offered(page)).toEqual([role('legacy/queue'), role('legacy/Admin')]);
    expect(await dryRuns()).toBe(0);
  });

  test('are those for the tags that the association has, which an update can’t change', async () => {
    const fields = { clusterName: 'apps-dev', namespace: 'payments', roleArn: role('pods/payments/payments-api') };
    for (const [serviceAccount, tags] of [
      ['tagged', { team: 'payments' }],
      ['untagged', {}],
    ] as const) {
      const created = await fetch(`${opened.gateway.eksUrl}/_simulator/associations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...fields, serviceAccount, tags }),
      });
      const { association } = (await created.json()) as { association: { associationId: string } };
      const { associationId } = association;
      const page = await opened.signedIn('alice', `#/bind?${place}&associationId=${associationId}&tags=team%3D`);
      await anyRole(page).waitFor();
      expect(await page.getByLabel('Key of tag 1').count()).toBe(0);
      expect(await denied(page).innerText()).not.toContain('The tag "team"');
    }
    expect(await dryRuns()).toBe(0);
  });
});
