import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';
import { beginWorld, fillWorld, hostile, role, world } from './fleet-world.ts';
import type { FilledWorld } from './fleet-world.ts';

const settings = { SCAN_INTERVAL_MS: '500', SCAN_MAX_AGE_MS: '2000', SCAN_READS_PER_SECOND: '100000' };
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

const list = (page: Page) => page.getByRole('table', { name: 'Associations' });
const count = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).first().waitFor();
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search' });
const hash = (page: Page) => new URL(page.url()).hash;
const firstCells = (page: Page) => list(page).locator('.row-link > span > bdi').allTextContents();

/** Waits until something is as it should be. Rejects with the last value. */
async function until<Value>(read: () => Promise<Value>, wanted: Value): Promise<void> {
  for (let round = 0; round < 100 && (await read()) !== wanted; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await read()).toBe(wanted);
}

describeUnless(missingBrowser)('who has what', () => {
  let opened: OpenPage;
  let folder: string;
  let filled: FilledWorld;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-fleet-'));
    await beginWorld(folder);
    opened = await openPage({ world, folder, settings });
    filled = await fillWorld(opened.gateway);
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  test('lists who made each association, what ends, and which cluster is gone', async () => {
    const page = await opened.signedIn('pat');
    await count(page, '128 associations');
    const row = (name: string) => list(page).getByRole('row').filter({ hasText: name });
    expect(await row('worker').textContent()).toContain('drift');
    expect(await row('late').textContent()).toContain('drift');
    expect(await row('indexer').textContent()).toContain('made outside');
    expect(await row('ebs-csi').textContent()).toContain('EKS add-on');
    expect(await row('adopted').textContent()).toContain('adopted');
    expect(await row('temporary').textContent()).toContain('in 3 days');
    await page.getByText('gone: lost-dev').waitFor();
  });

  test('names a cluster that is gone in its entry of the trail', async () => {
    const page = await opened.signedIn('pat', '#/trail?scope=gateway&events=CLUSTER_GONE');
    const row = page.getByRole('table', { name: 'Audit entries' }).getByRole('row').nth(1);
    await row.getByText('lost-dev', { exact: true }).waitFor();
    await row.getByRole('link').click();
    await page.getByRole('complementary').getByRole('heading').getByText('lost-dev', { exact: true }).waitFor();
  });

  test('finds rows per key stroke among those loaded, and leads to people and operations', async () => {
    const page = await opened.signedIn('pat');
    await count(page, '128 associations');
    await search(page).pressSequentially('payments/w');
    await count(page, '1 of 128');
    expect(await firstCells(page)).toEqual(['worker']);
    await search(page).fill('payments-api');
    await count(page, '3 of 128');
    await search(page).fill('alice');
    const person = page.getByRole('link', { name: 'Requests by alice in the trail' });
    expect(await person.getAttribute('href')).toBe(
      `#/trail?${new URLSearchParams({ principalId: 'https://issuer.example#alice' }).toString()}`,
    );
    await page.getByText('No association that you may view matches.').waitFor();
    await screenshot(page, 'fleet-nothing-found');
    await search(page).fill(filled.operationId.toLowerCase());
    await count(page, '1 of 128');
    await search(page).press('Enter');
    expect(hash(page)).toBe(`#/trail/operation?id=${filled.operationId}`);
  });

  test('asks the gateway for what is not loaded, and takes nothing from a field while rows arrive', async () => {
    const page = await opened.signedIn('pat', '#/fleet?q=job-119');
    await count(page, '1 of 128');
    const held = await opened.signedIn('carol');
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await held.route(opened.gateway.url, async (route) => {
      const { query, variables } = route.request().postDataJSON() as { query: string; variables: { after?: string } };
      if (query.includes('FleetPage') && variables.after) await released;
      await route.continue();
    });
    await held.getByRole('button', { name: 'Sign out' }).click();
    await held.getByRole('button', { name: /^pat\b/ }).click();
    await count(held, '100 loaded so far');
    await search(held).fill('job-119');
    await count(held, '1 of 100');
    expect(await firstCells(held)).toEqual(['job-119']);
    await held.getByLabel('Cluster', { exact: true }).fill('still typ');
    release();
    await count(held, '1 of 128');
    expect(await held.getByLabel('Cluster', { exact: true }).inputValue()).toBe('still typ');
  });

  test('keeps filters, grouping and sorting in the URL, for back and for a reload', async () => {
    const page = await opened.signedIn('pat');
    await count(page, '128 associations');
    await page.getByLabel('Group by').selectOption('Cluster');
    await page.getByRole('table', { name: 'Associations by cluster' }).getByText('apps-dev').click();
    await count(page, '5 associations');
    await page.getByLabel('Namespace', { exact: true }).fill('payments');
    await page.getByLabel('Namespace', { exact: true }).press('Enter');
    await count(page, '3 associations');
    await page.getByRole('button', { name: 'Service account' }).click();
    await page.getByRole('button', { name: 'Service account' }).click();
    expect(await firstCells(page)).toEqual(['worker', 'temporary', 'api']);
    await page.reload();
    await count(page, '3 associations');
    expect(await firstCells(page)).toEqual(['worker', 'temporary', 'api']);
    expect(await page.getByLabel('Namespace', { exact: true }).inputValue()).toBe('payments');
    await page.goBack();
    await count(page, '5 associations');
    await page.goBack();
    await page.getByRole('table', { name: 'Associations by cluster' }).getByText('data-dev').waitFor();
    await screenshot(page, 'fleet-groups');
    await page.getByLabel('Group by').selectOption('nothing');
    await page.getByLabel('Origin').selectOption('adopted');
    await count(page, '1 association');
    await page.getByLabel('Origin').selectOption('all');
    await page.getByLabel('Role', { exact: true }).fill('payments-worker');
    await page.getByLabel('Role', { exact: true }).press('Enter');
    await page.getByText('No association that you may view matches.').waitFor();
  });

  test('goes from row to row, opens one and returns to it by the keyboard alone', async () => {
    const page = await opened.signedIn('pat');
    await count(page, '128 associations');
    await page.keyboard.press('/');
    await page.keyboard.type('payments');
    await count(page, '3 of 128');
    await search(page).fill('');
    await page.getByRole('button', { name: 'Reload' }).focus();
    for (let stops = 0; stops < 20; stops += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate<boolean>(`document.activeElement.matches('.row-link')`)) break;
    }
    const focused = () => page.evaluate<string>(`document.activeElement.querySelector('bdi')?.textContent`);
    expect(await focused()).toBe('api');
    await page.keyboard.press('ArrowDown');
    await until(focused, 'temporary');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByRole('heading', { name: 'temporary' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await until(focused, 'temporary');
    await page.keyboard.press('End');
    await until(focused, 'loader');
    expect(await list(page).locator('.rows .row').count()).toBeLessThan(60);
    await page.keyboard.press('Home');
    await until(focused, 'api');
  });

  test('shows the fleet as of a time, and never as empty what is not known', async () => {
    const page = await opened.signedIn('pat', `#/fleet?asOf=${filled.beforeChanges}&q=search`);
    await count(page, '2 of 124');
    expect(await firstCells(page)).toEqual(['indexer', 'adopted']);
    expect(await list(page).textContent()).toMatch(/before \d+ \w+ \d+, \d\d:\d\d/);
    await screenshot(page, 'fleet-as-of');
    await page.getByLabel('As of').fill('2020-01-01T10:00');
    await page.getByText('There may be some, because not all clusters are known').waitFor();
    await page.getByText('Choose a later time.').waitFor();
    await page.getByText('what it had before is not known').last().waitFor();
    await screenshot(page, 'fleet-not-known');
    await page.getByRole('button', { name: 'Show now' }).click();
    await count(page, '3 of 128');
  });

  test('opens an association with its settings, its maker and its drift, all as text', async () => {
    const page = await opened.signedIn('pat', '#/fleet?q=reports/loader');
    const alerts: string[] = [];
    page.on('dialog', (dialog) => alerts.push(dialog.message()));
    await list(page).getByText('loader', { exact: true }).click();
    const panel = page.getByRole('complementary');
    // What turns the direction of text is shown, and turns nothing.
    const arabic = hostile.arabic.replace('\u202E', '[U+202E]');
    for (const text of [hostile.markup, hostile.long, arabic, '<b>team</b>']) {
      await panel.getByText(text, { exact: true }).first().waitFor();
    }
    expect((await panel.locator('pre').textContent())?.length).toBeGreaterThan(10_000);
    await screenshot(page, 'fleet-hostile');
    await page.goto(
      `${opened.origin}/#/fleet?q=payments&open=${encodeURIComponent('111122223333/eu-central-1/apps-dev/payments/api')}`,
    );
    await panel.getByText('For the API.').waitFor();
    expect(await panel.getByRole('link', { name: 'alice' }).getAttribute('href')).toContain('#/trail?principalId=');
    expect(await panel.getByRole('link', { name: 'History' }).getAttribute('href')).toBe(
      '#/trail?accountId=111122223333&region=eu-central-1&clusterName=apps-dev&namespace=payments&serviceAccount=api',
    );
    expect(await panel.getByRole('link', { name: 'Change' }).getAttribute('href')).toContain('associationId=a-');
    expect(await panel.getByRole('link', { name: 'Delete' }).count()).toBe(1);
    await panel.getByRole('button', { name: 'Compare with EKS now' }).click();
    await panel.getByText('no drift').waitFor();
    await list(page).getByText('worker', { exact: true }).click();
    await panel.getByText('It differs from what the gateway left.').waitFor();
    await panel.getByText(role('111122223333', 'payments', 'payments-worker')).waitFor();
    await panel.getByRole('button', { name: 'Compare with EKS now' }).click();
    await panel.getByText('compared with EKS').waitFor();
    expect(alerts).toEqual([]);
    expect(await page.locator('img').count()).toBe(0);
  });

  test('offers Change and Delete only to those whom policy lets make the change', async () => {
    const place = encodeURIComponent('111122223333/eu-central-1/apps-dev/payments/api');
    const page = await opened.signedIn('olivia', `#/fleet?q=payments&open=${place}`);
    const panel = page.getByRole('complementary');
    await panel.getByRole('link', { name: 'History' }).waitFor();
    expect(await panel.getByRole('link', { name: /^(Change|Delete)$/ }).count()).toBe(0);
  });

  test('tells rows of two clusters apart at every width, and prints all rows', async () => {
    const page = await opened.signedIn('pat', '#/fleet?q=job-', phone);
    await count(page, '120 of 128');
    const row = list(page).getByRole('row').filter({ hasText: 'job-0' }).first();
    await until(() => row.innerText().then((text) => text.includes('dev data-dev')), true);
    await screenshot(page, 'fleet-rows-phone');
    expect(await list(page).locator('.rows .row').count()).toBeLessThan(60);
    await page.pdf();
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await list(page).locator('.rows .row').count()).toBe(120);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    await until(async () => (await list(page).locator('.rows .row').count()) < 60, true);
  });

  test('adopts what was made outside: those that a filter shows, after a dry run with its counts', async () => {
    const page = await opened.signedIn('pat', '#/fleet?origin=OUTSIDE&serviceAccount=indexer');
    await count(page, '1 association');
    const adopt = page.getByRole('region', { name: 'Adopt' });
    await adopt.getByRole('button', { name: 'Adopt this association…' }).click();
    await adopt.getByText('1 can be adopted').waitFor();
    await adopt.getByLabel('Reason, for the trail').fill('It was there before.');
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'fleet-adopt');
    await adopt.getByRole('button', { name: 'Adopt 1', exact: true }).click();
    await adopt.getByText('1 of 1 adopted').waitFor();
    await page.goto(`${opened.origin}/#/fleet?origin=ADOPTED`);
    await count(page, '2 associations');
  });

  test('saves who has what as of a day as CSV, without formulas', async () => {
    const page = await opened.signedIn('pat', `#/fleet?asOf=${filled.beforeChanges}&q=search`);
    await count(page, '2 of 124');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`who-has-what-${filled.beforeChanges.slice(0, 10)}.csv`);
    const file = join(folder, 'saved.csv');
    await download.saveAs(file);
    const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\r\n');
    expect(head).toMatch(/^asOf,environment,accountId,region,clusterName,namespace,serviceAccount,roleArn,/);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      new RegExp(`^${filled.beforeChanges},dev,111122223333,eu-central-1,apps-dev,search,indexer,arn:`),
    );
  });

  test('draws which service accounts reach which roles, and traces one', async () => {
    const page = await opened.signedIn('pat', '#/fleet?show=picture&accountId=111122223333');
    const name = page.getByRole('list', { name: 'Roles' }).getByRole('link', { name: 'payments-api' });
    await name.focus();
    const near = page.locator('.fleet-side.l .near');
    expect(await near.allTextContents()).toEqual(['api', 'temporary', 'worker']);
    await screenshot(page, 'fleet-picture-traced');
    await page.getByText('The same as a table').click();
    await until(() => page.getByRole('row').count(), 8);
    await name.click();
    expect(hash(page)).toContain('roleArn=');
    await page.getByRole('link', { name: 'List' }).click();
    await count(page, '3 associations');
  });

  test('says what would be here where nothing is, and what is wrong with a filter', async () => {
    const page = await opened.signedIn('carol');
    await page.getByText('There is no cluster in which you may list associations.').waitFor();
    await screenshot(page, 'fleet-no-permission');
    await page.goto(`${opened.origin}/#/fleet?namespace=Not%20a%20name`);
    await page.getByRole('alert').getByText('"Not a name" is not an RFC 1123 label').waitFor();
    await count(page, 'Not read');
    await screenshot(page, 'fleet-invalid-filter');
  });

  test('moves nothing of the view while rows and coverage arrive', async () => {
    const page = await opened.signedIn('pat');
    await count(page, '128 associations');
    const moved = await page.evaluate<string[]>(`new Promise((resolve) => {
      const moved = [];
      const note = ({ sources }) =>
        moved.push(...sources.filter(({ node }) => node?.closest?.('main')).map(({ node }) => node.outerHTML.slice(0, 80)));
      new PerformanceObserver((seen) => seen.getEntries().forEach(note)).observe({ type: 'layout-shift', buffered: true });
      setTimeout(() => resolve(moved), 200);
    })`);
    expect(moved).toEqual([]);
  });
});

describeUnless(missingBrowser)('a fleet that has not been scanned', () => {
  test('says so, and how it comes to be scanned', async () => {
    const opened = await openPage({ settings: { SCAN_INTERVAL_MS: '3600000' } });
    const page = await opened.signedIn('olivia');
    await page
      .getByText('apps-dev has not been scanned yet: only changes through the gateway are known.')
      .last()
      .waitFor();
    await page.getByText('The gateway scans its clusters by itself').waitFor();
    await screenshot(page, 'fleet-not-scanned');
    await opened.close();
  });
});
