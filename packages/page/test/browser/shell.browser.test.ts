import { gzipSync } from 'node:zlib';
import { describeUnless } from '../../../../test/support/requires.ts';
import { buildPage } from '../../build.ts';
import { missingBrowser, openPage } from './support.ts';
import type { OpenPage } from './support.ts';

describeUnless(missingBrowser)('the page', () => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(() => opened.close());

  test('shows who is signed in, and the view that its URL names', async () => {
    const page = await opened.signedIn('alice', '#/trail');
    await page.getByText('alice', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Trail' }).getAttribute('aria-current')).toBe('page');
    await page.getByRole('link', { name: 'Approvals' }).click();
    expect(new URL(page.url()).hash).toBe('#/approvals');
    await page.locator('[aria-live]').getByText('Approvals', { exact: true }).waitFor({ state: 'attached' });
    expect(await page.title()).toBe('Approvals · Pod Identity');
    await page.goBack();
    expect(await page.getByRole('link', { name: 'Trail' }).getAttribute('aria-current')).toBe('page');
  });
});

test('the page is smaller than 100 KB compressed', async () => {
  const files = await buildPage();
  const bytes = [...files.values()].reduce((sum, { body }) => sum + gzipSync(body).length, 0);
  expect(bytes).toBeLessThan(100_000);
  expect([...files.keys()].filter((path) => path.endsWith('.css'))).toHaveLength(1);
});
