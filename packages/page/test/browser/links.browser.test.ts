import type { Page } from 'playwright-core';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const long = 'x'.repeat(5_000);
const hostile = [
  '#/fleet?asOf=2026-11-24T10:00:00.000Z.',
  '#/fleet?asOf=yesterday&open=x',
  '#/fleet?asOf=9999-99-99T99:99:99Z',
  '#/fleet?open=////',
  '#/fleet?open=111122223333/eu-central-1/<b>/payments/__proto__',
  '#/fleet?group=__proto__&sort=constructor&show=%00',
  `#/fleet?q=${long}`,
  `#/fleet?clusterName=${long}&origin=NONE`,
  '#/fleet?accountId=%E0%A4%A&region=%',
  '#/trail?since=2026-11-24T10:00:00Z,&events=DENIED',
  '#/trail?events=constructor,__proto__',
  '#/trail?scope=gateway&events=NO_SUCH_EVENT&refusalCodes=NO_SUCH_CODE',
  '#/trail?open=%3Cscript%3Ewindow.hacked=1%3C/script%3E',
  `#/trail/entry?id=${long}`,
  '#/trail/operation?id=%E2%80%AE',
  '#/trail?clusterName=apps-dev&namespace=../../etc',
  '#/approvals?id=approval-%00',
  '#/approvals?clusterName=%22%27%60',
  `#/bind?clusterName=apps-dev&tags=${'%26'.repeat(200)}&expiresAt=tomorrow.`,
  '#/bind?clusterName=apps-dev&associationId=a-x&action=drop',
  '#/operations?policy=__proto__&comparedWith=x&policySetHash=y',
  '#/hasOwnProperty?a=b',
  '#//////?????&&&===',
];

describeUnless(missingBrowser)('links', () => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(() => opened.close());

  /** Counts what is sent to the gateway, and what the scripts of the page throw. */
  function watch(page: Page) {
    const seen = { requests: 0, errors: [] as string[] };
    page.on('request', (request) => {
      if (request.method() === 'POST') seen.requests += 1;
    });
    page.on('pageerror', ({ message }) => seen.errors.push(message));
    return seen;
  }

  test('that are mangled say what is wrong, and the page goes on, without a storm of requests', async () => {
    const page = await opened.signedIn('alice');
    const seen = watch(page);
    for (const link of hostile) {
      await page.evaluate(`location.hash = ${JSON.stringify(link)}`);
      await page.waitForTimeout(150);
      expect([link, (await page.locator('main').innerText()).trim()]).not.toEqual([link, '']);
    }
    await page.getByRole('link', { name: 'Who has what' }).click();
    await page
      .getByText(/^\d+ associations?$|No (known )?association/)
      .first()
      .waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(seen.errors).toEqual([]);
    expect(seen.requests).toBeLessThan(5 * hostile.length);
  });

  test('with the full stop of a chat lead to what was meant', async () => {
    const page = await opened.signedIn('alice', '#/fleet?asOf=2026-11-24T10:00:00.000Z.');
    await page.getByRole('heading', { name: 'This link can’t be read as it is' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'link-mangled');
    await page.getByRole('link', { name: 'asOf=2026-11-24T10:00:00.000Z' }).click();
    await page.getByRole('heading', { name: 'Who has what' }).waitFor();
    await page.getByText('as of 24 Nov 2026').first().waitFor();
  });

  test('keep that times are shown in UTC, also after a reload', async () => {
    const page = await opened.signedIn('alice', '#/trail');
    await page.getByRole('checkbox', { name: 'UTC' }).check();
    await page.getByRole('link', { name: 'Who has what' }).click();
    expect(new URL(page.url()).hash).toBe('#/fleet?utc=1');
    await page.reload();
    expect(await page.getByRole('checkbox', { name: 'UTC' }).isChecked()).toBe(true);
    await page.getByText('As of, UTC').waitFor();
    await page.getByRole('checkbox', { name: 'UTC' }).uncheck();
    expect(new URL(page.url()).hash).toBe('#/fleet');
  });

  test('to a gateway that fails are not asked for again and again', async () => {
    const page = await opened.signedIn('alice', '#/bind');
    const seen = watch(page);
    await page.route('**/graphql', (route) =>
      route.fulfill({ status: 400, json: { errors: [{ message: 'No.', extensions: { code: 'BAD_USER_INPUT' } }] } }),
    );
    for (const view of ['fleet', 'trail', 'approvals', 'operations']) {
      await page.evaluate(`location.hash = '#/${view}'`);
      await page.getByRole('button', { name: 'Try again' }).first().waitFor();
    }
    await page.waitForTimeout(3_000);
    expect(seen.requests).toBeLessThan(12);
  });
});
