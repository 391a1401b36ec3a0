import type { Page } from 'playwright-core';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, makeClientOf, missingBrowser, openPage, screenshot } from './support.ts';
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

/** Worse than answers can have them: names of Kubernetes and AWS have fewer characters. */
const names = [
  '<script>window.hacked=1</script>',
  '<img src=x onerror="window.hacked=1">',
  '"><svg onload=window.hacked=1>',
  "'-window.hacked-'",
  '{{constructor.constructor("window.hacked=1")()}}',
  '${window.hacked=1}',
  'javascript:window.hacked=1',
  '=HYPERLINK("https://evil.example")',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '-1',
  '.',
  'a b',
  '\u0000',
  'a\t\r\nb',
  '\u202Eevil',
  '\u2066a\u2069',
  'a\u200Bb',
  '\uFEFF',
  '\u2028',
  'e\u0301'.repeat(20),
  'z\u0300\u0301\u0302\u0303\u0304'.repeat(10),
  '\uD800',
  '👩‍👩‍👧‍👦'.repeat(10),
  // cspell:disable-next-line
  'שלום',
  // cspell:disable-next-line
  'مرحبا',
  '漢字',
  // cspell:disable-next-line
  'раураl',
  'ﬀ',
  'x'.repeat(253),
  'x-'.repeat(126),
  'W'.repeat(1_000),
  '../../etc/passwd',
  '..%2f..%2f',
  '%',
  '%00',
  '%E0%A4%A',
  '#/fleet',
  '?a=b&c=d',
  'a/b/c',
  '\\',
  '`',
  '&lt;b&gt;&amp;',
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
      await page.waitForTimeout(50);
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

  test('and rows with fifty hostile names are text: nothing runs, nothing breaks the table, each row has its cells', async () => {
    expect(names).toHaveLength(50);
    const alice = await makeClientOf(opened, 'alice');
    await alice.createPodIdentityAssociation({
      ...{ clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api' },
      roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
      tags: [{ key: 'team', value: 'payments' }],
    });
    const page = await opened.signedIn('alice', '#/approvals', { viewport: { width: 1280, height: 4_000 } });
    const seen = watch(page);
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { data?: { associations?: { nodes: object[] } } };
      const [row] = answer.data?.associations?.nodes ?? [];
      if (row && answer.data?.associations)
        answer.data.associations.nodes = names.map((name) => ({
          ...row,
          ...{ clusterName: name, namespace: name, serviceAccount: name, declaration: name },
          roleArn: `arn:aws:iam::111122223333:role/${name}`,
        }));
      await route.fulfill({ response, json: answer });
    });
    await page.getByRole('link', { name: 'Who has what' }).click();
    const rows = page.getByRole('table', { name: 'Associations' }).locator('.rows .row');
    await rows.nth(49).waitFor();
    expect(await rows.count()).toBe(50);
    const text = await page.locator('main').innerText();
    for (const name of ['<script>window.hacked=1</script>', '[U+202E]evil', 'a[U+200B]b', '__proto__', '&lt;b&gt;'])
      expect(text).toContain(name);
    expect(await page.locator('main :is(script, img, iframe, object)').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'hostile-names');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(seen.errors).toEqual([]);
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
