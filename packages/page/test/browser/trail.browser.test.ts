import { text as textOf } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { describeUnless } from '../../../../test/support/requires.ts';
import { makeClientOf, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/pods/payments/${name}`;
const input = (serviceAccount: string, fields: object = {}) => ({
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount,
  roleArn: role('payments-api'),
  tags: [{ key: 'team', value: 'payments' }],
  ...fields,
});
const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> ‮evil ${'x'.repeat(200)}`;

describeUnless(missingBrowser)('the trail', () => {
  let opened: OpenPage;
  let associationId = '';

  beforeAll(async () => {
    opened = await openPage();
    const alice = await makeClientOf(opened, 'alice');
    const created = await alice.createPodIdentityAssociation(input('api', { reason: hostile }));
    if (created.kind !== 'succeeded') throw new Error('The association was not created.');
    ({ associationId } = created.association);
    await alice.updatePodIdentityAssociation({ clusterName: 'apps-dev', associationId, disableSessionTags: true });
    await alice.createPodIdentityAssociation(input('other', { roleArn: 'arn:aws:iam::111122223333:role/admin' }));
  });
  afterAll(() => opened.close());

  const rows = (page: Page) => page.getByRole('table', { name: 'Audit entries' }).getByRole('row');

  test("shows one's own requests first, and the whole trail to an auditor", async () => {
    const page = await opened.signedIn('alice', '#/trail');
    await rows(page).filter({ hasText: 'denied by policy' }).waitFor();
    const auditor = await opened.signedIn('olivia', '#/trail');
    await auditor.getByText('No entries').waitFor();
    await auditor.getByLabel('Scope').selectOption('The whole trail');
    await rows(auditor).filter({ hasText: 'denied by policy' }).waitFor();
    expect(new URL(auditor.url()).hash).toBe('#/trail?scope=gateway');
  });

  test('filters are in the URL: a reload and the way back show the same', async () => {
    const page = await opened.signedIn('alice', '#/trail');
    await page.getByText('Events: all').click();
    await page.getByRole('checkbox', { name: 'denied by policy' }).check();
    await page
      .getByRole('status')
      .filter({ hasText: /^1 entry$/ })
      .waitFor();
    expect(new URL(page.url()).hash).toBe('#/trail?events=DENIED');
    await page.goBack();
    await page
      .getByRole('status')
      .filter({ hasText: /^[5-9] entries$/ })
      .waitFor();
  });

  test('an entry opens into its decision, differences, operation and ids, beside the list', async () => {
    const page = await opened.signedIn('alice', '#/trail?operationKinds=UPDATE_POD_IDENTITY_ASSOCIATION');
    await rows(page).filter({ hasText: 'done' }).getByRole('link').first().click();
    const entry = page.getByRole('complementary', { name: 'Entry' });
    await entry.getByText('Operation entries').waitFor();
    const shown = await entry.innerText();
    expect(shown).toMatch(/permitted by/);
    expect(shown).toMatch(/disableSessionTags\s+− before: false\s+\+ after: true|disableSessionTags/);
    expect(shown).toMatch(/trail prove \S+\.\S+/);
    expect(new URL(page.url()).hash).toContain('open=');
    await screenshot(page, 'trail-entry');
    await entry.getByRole('button', { name: 'Close' }).click();
    await entry.waitFor({ state: 'detached' });
  });

  test('a denial says which rule, and what to change', async () => {
    const page = await opened.signedIn('alice', '#/trail?events=DENIED');
    await rows(page).nth(1).getByRole('link').first().click();
    const decision = page.getByRole('region', { name: 'Decision' });
    await decision.getByText('denied').waitFor();
    expect(await decision.getByRole('link', { name: 'role-by-convention' }).first().getAttribute('href')).toBe(
      '#/operations?policy=role-by-convention',
    );
    await screenshot(page, 'trail-denial');
  });

  test('deep links lead to an entry and to an operation', async () => {
    const page = await opened.signedIn('alice', '#/trail?events=SUCCEEDED');
    await rows(page).nth(1).getByRole('link').first().click();
    await page.getByRole('complementary').getByRole('link', { name: /^01/ }).nth(1).click();
    await page.getByRole('heading', { name: 'Operation', exact: true }).waitFor();
    await page.locator('.timeline a').first().click();
    await page.getByRole('heading', { name: 'Audit entry' }).waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#\/trail\/entry\?id=/);
    await page.goto(`${opened.origin}/#/trail/entry?id=nothing`);
  });

  test('what others wrote is text, whatever it is', async () => {
    const page = await opened.signedIn('alice', '#/trail?events=INTENT');
    await rows(page).last().getByRole('link').first().click();
    await page.getByText('<img src=x onerror="window.hacked=1">').first().waitFor();
    await page.getByText('[U+202E]evil').first().waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  test('entries are saved as CSV and as JSON', async () => {
    const page = await opened.signedIn('alice', '#/trail');
    await rows(page).nth(1).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    const text = await textOf(await download.createReadStream());
    expect(text.split('\r\n')[0]).toMatch(/^time,event,operationKind,/);
    expect(text).toContain('role/admin');
  });

  test('rows are reached and opened by the keyboard alone', async () => {
    const page = await opened.signedIn('alice', '#/trail');
    await rows(page).nth(1).getByRole('link').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('[aria-rowindex="3"]:focus, [aria-rowindex="3"] :focus').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Entry' }).waitFor();
  });

  test('hides dry runs and reads until a switch shows them, which stays in the URL', async () => {
    const alice = await makeClientOf(opened, 'alice');
    await alice.checkCreatePodIdentityAssociation(input('only-asked'));
    const page = await opened.signedIn('alice', '#/trail?utc=1');
    const dryRun = rows(page).filter({ hasText: 'dry run' });
    const toggle = page.getByRole('checkbox', { name: 'Dry runs and reads' });
    await rows(page).filter({ hasText: 'denied by policy' }).waitFor();
    expect(await dryRun.count()).toBe(0);
    await toggle.check();
    await dryRun.first().waitFor();
    expect(new URL(page.url()).hash).toBe('#/trail?reads=shown&utc=1');
    await page.reload();
    await dryRun.first().waitFor();
    expect(await dryRun.first().locator('time').getAttribute('title')).toMatch(/, \d{2}:\d{2}:\d{2} UTC$/);
    await toggle.uncheck();
    await dryRun.first().waitFor({ state: 'detached' });
  });

  test('closes a menu and the open entry with Escape, and leads back to where one was', async () => {
    const page = await opened.signedIn('alice', '#/trail');
    await rows(page).nth(1).getByRole('link').first().focus();
    await page.keyboard.press('Enter');
    const entry = page.getByRole('complementary', { name: 'Entry' });
    await entry.waitFor();
    await page.keyboard.press('Escape');
    await entry.waitFor({ state: 'detached' });
    await page.locator('[aria-rowindex="2"] .row-link:focus').waitFor();
    await page.getByText('Events: all').focus();
    await page.keyboard.press('Enter');
    const choice = page.getByRole('checkbox', { name: 'denied by policy' });
    await choice.focus();
    await page.keyboard.press('Escape');
    await choice.waitFor({ state: 'hidden' });
    await page.locator('summary:focus', { hasText: 'Events: all' }).waitFor();
  });
});
