import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { PolicyStore } from '../../../../src/policy-versions/store.ts';
import { openPolicyStore } from '../../../../tools/ledger/open-ledger.ts';
import { readLocalSettings } from '../../../local-gateway/src/settings.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { dynamoDbEndpoint } from '../../../../test/support/ledgers.ts';
import { lockOperations } from '../../../../test/support/locks.ts';
import { publish, shippedVersion } from '../../../../test/support/policy-versions.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const isWithinWidth = (page: Page) =>
  page.evaluate(
    "[document.documentElement, document.querySelector('main')].every((one) => one.scrollWidth <= one.clientWidth)",
  );

describeUnless(missingBrowser)('the operations', () => {
  let opened: OpenPage;
  let folder: string;
  let ledger: ReturnType<typeof makeSqliteLedger>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-operations-'));
    opened = await openPage({ folder, settings: { RECONCILE_INTERVAL_MS: '200' } });
    ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
  });
  afterAll(async () => {
    ledger.close();
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  const part = (page: Page, name: string) => page.getByRole('region', { name });

  /**
   * Loses the answer to a create before it has an effect: the operation stays in doubt for some
   * minutes.
   */
  async function loseCreate(serviceAccount: string): Promise<string> {
    const { eksUrl, url, token } = opened.gateway;
    const fault = { operation: 'CreatePodIdentityAssociation', kind: 'cut-before' };
    await fetch(`${eksUrl}/_simulator/faults`, { method: 'POST', body: JSON.stringify(fault) });
    const query = `mutation ($input: CreatePodIdentityAssociationInput!) {
      createPodIdentityAssociation(input: $input) { status auditEntry { operationId } }
    }`;
    const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
    const input = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount, roleArn };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token('alice')}` },
      body: JSON.stringify({
        query,
        variables: { input: { ...input, tags: [{ key: 'team', value: 'payments' }], clientRequestToken: 'lost' } },
      }),
    });
    const { data } = (await response.json()) as {
      data: { createPodIdentityAssociation: { status: string; auditEntry: { operationId: string } } };
    };
    expect(data.createPodIdentityAssociation.status).toBe('IN_PROGRESS');
    return data.createPodIdentityAssociation.auditEntry.operationId;
  }

  test('say what would be there while nothing is open, locked or published', async () => {
    const page = await opened.signedIn('olivia', '#/operations');
    await part(page, 'Open operations').getByText('None.').waitFor();
    await part(page, 'Locks').getByText('None: changes are made.').waitFor();
    await part(page, 'Policies in force').getByText('There is no version before to compare with.').waitFor();
    await part(page, 'Gateway').getByText('none: the policies of the deployment').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'operations-nothing');
  });

  test('show an operation in doubt with the reason, and lead to it in the trail', async () => {
    const operationId = await loseCreate('lost');
    const page = await opened.signedIn('olivia', '#/operations');
    const operation = page.getByRole('article', { name: `create ${operationId}` });
    await operation.getByText('outcome not known').waitFor();
    await operation.getByText('can still take effect').waitFor({ timeout: 40_000 });
    await operation.getByText('Examined again').waitFor();
    await operation.getByText(/^until .* UTC$|^until \d+ \w+ \d{4}/).waitFor();
    await operation.getByRole('link', { name: 'create payments/lost' }).click();
    expect(new URL(page.url()).hash).toBe(`#/trail/operation?id=${operationId}`);
    await page.getByRole('heading', { name: 'Operation', exact: true }).waitFor();
  });

  test('show what locks stop, who set them and why, and how they are lifted', async () => {
    const hostile = `<img src=x onerror="window.hacked=1"> ${'long '.repeat(40)}`;
    const { lock } = lockOperations(ledger);
    await lock(
      { kind: 'CLUSTER', accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-prod' },
      hostile,
    );
    await lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#bob' }, 'Stolen laptop', { stopsReads: true });
    const page = await opened.signedIn('olivia', '#/operations');
    const cluster = page.getByRole('article', { name: 'Changes in apps-prod (111122223333, eu-central-1)' });
    await cluster.getByText('<img src=x').waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    const principal = page.getByRole('article', { name: 'Reads and changes by https://issuer.example#bob' });
    await principal.getByText('Stolen laptop').waitFor();
    await principal.getByText("npx pod-identity-operator lock lift --principal 'https://issuer.example#bob'").waitFor();
    await page.getByRole('link', { name: 'Locks in the trail' }).click();
    await page.getByRole('table', { name: 'Audit entries' }).getByText('locked').first().waitFor();
  });

  test('find a policy by its text, and keep search and open policy in the URL', async () => {
    const page = await opened.signedIn('olivia', '#/operations');
    await page.getByRole('searchbox').fill('karpenter');
    const rows = page.getByRole('list', { name: 'Policies' }).getByRole('listitem');
    await rows.nth(1).waitFor({ state: 'detached' });
    await rows.getByRole('link').first().click();
    await rows.getByLabel('Text of the policy').getByText('"karpenter"').waitFor();
    expect(new URL(page.url()).hash).toBe('#/operations?q=karpenter&policy=no-system-namespaces');
    await page.reload();
    await rows.getByLabel('Text of the policy').getByText('"karpenter"').waitFor();
    expect(await rows.count()).toBe(1);
    await page.goto(`${opened.origin}/#/operations?policy=no-system-namespaces&policySetHash=0123`);
    await page.getByText('The decision was made by other policies').waitFor();
    await rows.getByRole('link', { name: 'Requests that it decided' }).click();
    expect(new URL(page.url()).hash).toBe('#/trail?scope=gateway&policyId=no-system-namespaces');
  });

  test('are worked with by the keyboard alone', async () => {
    const page = await opened.signedIn('olivia', '#/operations');
    await page.getByRole('list', { name: 'Policies' }).waitFor();
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('service account "default"');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('required-tags');
    for (const key of ['Tab', 'Tab', 'Tab']) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await page.getByLabel('Text of the policy').waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('PRE');
  });

  test('tell who may not see them who may, and show the policy that denied them', async () => {
    const page = await opened.signedIn('alice', '#/operations?policy=required-tags');
    await page.getByText('are shown to those who may read the whole audit trail').waitFor();
    await page.getByText('ask the platform admins for access').waitFor();
    await page.getByLabel('Text of the policy').getByText('resource.hasTag("team")').waitFor();
    expect(await page.getByRole('article').count()).toBe(0);
    await page.goto(`${opened.origin}/#/operations?policy=owners-create`);
    await page.getByText('Its text is not shown to you').waitFor();
    await part(page, 'Gateway').getByText('Policies, SHA-256').waitFor();
  });
});

const missing = missingBrowser ?? (dynamoDbEndpoint === undefined ? 'there is no DynamoDB' : null);
describeUnless(missing)('the policies in force', () => {
  let opened: OpenPage;
  let store: PolicyStore;

  beforeAll(async () => {
    const name = `page-${randomUUID()}`;
    const settings = {
      LEDGER: 'dynamodb',
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint ?? '',
      POLICY_SOURCE: 'table',
      POLICY_TABLE: name,
      IDEMPOTENCY_TABLE: `${name}-idempotency`,
      AUDIT_TABLE: `${name}-audit`,
      POLICY_REFRESH_MS: '50',
    };
    opened = await openPage({ settings });
    store = openPolicyStore(readLocalSettings(settings));
    const shipped = shippedVersion({ cases: {} });
    const guardrails = shipped.policies['guardrails.cedar'] ?? '';
    const changed = guardrails.replace('    "karpenter",\n', '    "karpenter",\n     "our-controller",\n');
    const ours = `@id("ours-read-trail")
permit (principal in PodIdentity::Group::"ours", action == PodIdentity::Action::"ReadAuditTrail", resource);`;
    const policies = { ...shipped.policies, 'guardrails.cedar': changed, 'ours.cedar': ours };
    await publish(store, 0, shipped, { publishedAt: '2026-11-01T08:00:00Z' });
    await publish(store, 1, { ...shipped, policies }, { reason: 'Our controller runs in kube-system.' });
  });
  afterAll(async () => {
    store.close();
    await opened.close();
  });

  test('are shown as differences to the version before, at every width and in the dark', async () => {
    const page = await opened.signedIn('olivia', '#/operations?only=changed');
    await page.getByText('Compared with version 0: 1 changed, 1 added.').waitFor();
    await page.getByText('“Our controller runs in kube-system.”').waitFor();
    const rows = page.getByRole('list', { name: 'Policies' }).getByRole('listitem');
    expect(await rows.count()).toBe(2);
    await rows.filter({ hasText: 'no-system-namespaces' }).getByRole('link').first().click();
    const added = rows.getByLabel('Text of the policy').locator('ins');
    expect((await added.allInnerTexts()).map((text) => text.trim())).toEqual(['+      "our-controller",']);
    expect(await rows.getByLabel('Text of the policy').locator('del').count()).toBe(0);
    for (const [colorScheme, width] of [
      ['light', 1280],
      ['dark', 390],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      expect(await isWithinWidth(page)).toBe(true);
      expect(await axeViolations(page)).toEqual([]);
      await screenshot(page, `policies-${colorScheme}-${width}`);
    }
  });

  test('are compared with those of the deployment, which the URL says', async () => {
    const page = await opened.signedIn('olivia', '#/operations');
    await page.getByLabel('Compare with').selectOption('the deployment');
    await page.getByText('Compared with the policies of the deployment: 1 changed, 1 added.').waitFor();
    expect(new URL(page.url()).hash).toBe('#/operations?comparedWith=PACKAGE');
  });
});
