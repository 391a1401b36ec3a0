import type { BrowserContextOptions, Page, Request } from 'playwright-core';
import { startIdentityProvider } from '../../../command/test/identity-provider/identity-provider.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

/** A page of the gateway, and what it wrote to the console. */
interface Visit {
  readonly page: Page;
  readonly console: string[];
}

async function visit(opened: OpenPage, fragment = '', options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await opened.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const console: string[] = [];
  // The forms of the issuer write to it too.
  page.on('console', (message) => {
    if (message.location().url.startsWith(opened.origin)) console.push(message.text());
  });
  await page.goto(`${opened.origin}/${fragment}`);
  return { page, console };
}

/** What breaks a rule of accessibility on a light screen or, on a phone, on a dark one. */
async function violationsInBoth(page: Page): Promise<string[]> {
  const violations = await axeViolations(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 800 });
  violations.push(...(await axeViolations(page)));
  await page.emulateMedia({ colorScheme: 'light' });
  return violations;
}

const navigation = (page: Page) => page.getByRole('navigation', { name: 'Views' }).waitFor();

/** Everything outside of the memory of the page in which a token could be left. */
async function traces({ page, console }: Visit): Promise<string> {
  const stored = await page.evaluate<string>(`indexedDB.databases().then((databases) =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, databases]))`);
  return JSON.stringify([stored, page.url(), await page.context().cookies(new URL(page.url()).origin), console]);
}

/** How every JWT begins. */
const token = 'eyJ';

/** The view whose link is marked, and the parameters of the URL. */
const shown = async (page: Page) => [
  await page.getByRole('link', { name: 'Trail' }).getAttribute('aria-current'),
  page.url().slice(new URL(page.url()).origin.length),
];

describeUnless(missingBrowser)('signing in to a local gateway', () => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(() => opened.close());

  test('a reload signs in again as the same principal, until they sign out; no token is left anywhere', async () => {
    const local = await visit(opened, '#/trail?role=payments-api');
    const { page } = local;
    await page.getByRole('button', { name: 'alice owns payments' }).click();
    await navigation(page);
    await page.reload();
    await page.getByText('alice', { exact: true }).waitFor();
    expect(await shown(page)).toEqual(['page', '/#/trail?role=payments-api']);
    expect(await traces(local)).not.toContain(token);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Choose who you are').waitFor();
    expect(await page.title()).toBe('Pod Identity');
    await page.reload();
    await page.getByText('Choose who you are').waitFor();
  });

  test('another tab signs in as the last principal of the browser, and each tab stays with its own', async () => {
    const { page } = await visit(opened);
    await page.getByRole('button', { name: 'alice owns payments' }).click();
    await navigation(page);
    const other = await page.context().newPage();
    await other.goto(opened.origin);
    await other.getByText('alice', { exact: true }).waitFor();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.getByRole('button', { name: /^bob / }).click();
    await other.getByText('bob', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('alice', { exact: true }).waitFor();
  });

  test('the choice of a principal breaks no rule of accessibility', async () => {
    const { page } = await visit(opened);
    await page.getByText('Choose who you are').waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await screenshot(page, 'sign-in-local');
  });
});

describeUnless(missingBrowser)('signing in at an issuer', () => {
  let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
  let opened: OpenPage;
  /** A gateway whose issuer gives no refresh tokens to the page. */
  let withoutRefresh: OpenPage;
  beforeAll(async () => {
    provider = await startIdentityProvider();
    const settings = { JWT_ISSUER: provider.issuer, PAGE_CLIENT_ID: 'page' };
    opened = await openPage({ settings });
    withoutRefresh = await openPage({ settings: { ...settings, PAGE_CLIENT_ID: 'page-without-refresh' } });
  });
  afterAll(async () => {
    await Promise.all([opened.close(), withoutRefresh.close()]);
    await provider.stop();
  });

  const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in' });

  /** Signs in as alice with the forms of the issuer. */
  async function signIn(page: Page): Promise<void> {
    await signInButton(page).click();
    await page.locator('input[name=login]').fill('alice');
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await navigation(page);
  }

  /** Signs in to a gateway that refuses the first request. What is returned sends it again. */
  async function signInToFailure(page: Page): Promise<() => Promise<void>> {
    await page.route('**/graphql', (route) => route.fulfill({ status: 401, json: { message: 'Unauthorized' } }));
    await signIn(page);
    const again = page.getByRole('button', { name: 'Try again' });
    await again.waitFor();
    await page.unroute('**/graphql');
    return () => again.click();
  }

  test('comes back to the view of a link, as the person, and leaves no token anywhere', async () => {
    const visited = await visit(opened, '#/trail?role=payments-api');
    const { page } = visited;
    await signIn(page);
    await page.getByText('alice', { exact: true }).waitFor();
    expect(await shown(page)).toEqual(['page', '/#/trail?role=payments-api']);
    expect(await traces(visited)).not.toContain(token);
    expect(visited.console).toEqual([]);
    expect(await page.evaluate('Object.keys(sessionStorage)')).toEqual(['pod-identity.signed-in-as']);
  });

  test('a reload signs in again without a form, as long as the issuer has a session', async () => {
    const { page } = await visit(opened, '#/trail');
    await signIn(page);
    await page.reload();
    await page.getByText('alice', { exact: true }).waitFor();
    expect(await shown(page)).toEqual(['page', '/#/trail']);
  });

  test('another tab signs in without a press or a form, until the person signs out', async () => {
    const { page } = await visit(opened);
    await signIn(page);
    const other = await page.context().newPage();
    await other.goto(`${opened.origin}/#/trail`);
    await other.getByText('alice', { exact: true }).waitFor();
    expect(await shown(other)).toEqual(['page', '/#/trail']);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await signInButton(other).waitFor();
    const third = await page.context().newPage();
    await third.goto(opened.origin);
    await signInButton(third).waitFor();
  });

  test('a token that is about to expire is renewed before the next request, which carries the new one', async () => {
    const { page } = await visit(opened, '#/trail');
    await page.clock.install();
    const sent = requestsOf(page);
    const askAgain = await signInToFailure(page);
    const first = sent.tokens.at(-1);
    await page.clock.fastForward(595_000);
    await askAgain();
    await page.getByText('alice', { exact: true }).waitFor();
    expect(sent.grants).toEqual(['authorization_code', 'refresh_token']);
    expect(sent.tokens.at(-1)).not.toBe(first);
    expect(sent.tokens.at(-1)).toContain(token);
  });

  test('without a refresh token, an expired sign-in is begun again and comes back to what was shown', async () => {
    const { page } = await visit(withoutRefresh, '#/trail');
    await page.clock.install();
    const askAgain = await signInToFailure(page);
    await page.goto(`${withoutRefresh.origin}/#/approvals`);
    await page.clock.fastForward(601_000);
    await askAgain();
    await page.getByText('Your sign-in has ended.').waitFor();
    await screenshot(page, 'sign-in-ended');
    await signInButton(page).click();
    await navigation(page);
    expect(new URL(page.url()).hash).toBe('#/approvals');
  });

  test('a sign-in that expires in the middle of a form comes back to what was filled in, and goes on', async () => {
    const { page } = await visit(
      withoutRefresh,
      '#/bind?clusterName=apps-dev&accountId=111122223333&region=eu-central-1',
    );
    await page.clock.install();
    await signIn(page);
    await page.getByLabel('Service account').fill('half');
    await page.getByLabel('Key of tag 1').fill('team');
    await page.getByLabel('Value of tag 1').fill('payments');
    await page.waitForURL(/serviceAccount=half.*tags=team%3Dpayments/);
    await page.clock.fastForward(601_000);
    await page.getByText('Your sign-in has ended.').waitFor();
    await signInButton(page).click();
    await navigation(page);
    const values = ['Namespace', 'Service account', 'Value of tag 1'].map((label) =>
      page.getByLabel(label).inputValue(),
    );
    expect(await Promise.all(values)).toEqual(['payments', 'half', 'payments']);
    await page.getByLabel('Role', { exact: true }).fill('payments-api');
    await page.getByText('permitted by owners-create').waitFor();
  });

  test('signing out revokes the refresh token at the issuer', async () => {
    const { page } = await visit(opened);
    await signIn(page);
    const [revocation] = await Promise.all([
      page.waitForResponse(`${provider.issuer}/token/revocation`),
      page.getByRole('button', { name: 'Sign out' }).click(),
    ]);
    expect(revocation.status()).toBe(200);
    await signInButton(page).waitFor();
    await page.reload();
    await signInButton(page).waitFor();
  });

  test('a sign-in that the person cancels says so, and can be begun again', async () => {
    const { page } = await visit(opened, '#/trail');
    await signInButton(page).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    const { host } = new URL(provider.issuer);
    await page.getByText(`The sign-in was denied or cancelled at ${host}.`).waitFor();
    expect(page.url()).toBe(`${opened.origin}/#/trail`);
    await screenshot(page, 'sign-in-denied');
    await signIn(page);
  });

  test('an issuer that does not answer is named', async () => {
    const { page } = await visit(opened);
    await page.route(`${provider.issuer}/**`, (route) => route.abort());
    await signInButton(page).click();
    await page.getByText(`${new URL(provider.issuer).host} does not answer. Check the connection`).waitFor();
  });

  test('a wrong clock of the device is named', async () => {
    const { page } = await visit(opened);
    await page.clock.install({ time: Date.now() + 86_400_000 });
    await signInButton(page).click();
    await page.clock.install({ time: Date.now() + 86_400_000 });
    await page.locator('input[name=login]').fill('alice');
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Set the clock of this device').waitFor();
  });

  test.each(['?code=stolen&state=forged', '?error=access_denied&state=forged'])(
    'the answer %s to a sign-in that this tab has not begun is refused',
    async (answer) => {
      const { page } = await visit(opened);
      const requests = requestsOf(page);
      await page.goto(`${opened.origin}/${answer}`);
      await page.getByText('This sign-in was not begun in this tab').waitFor();
      expect(page.url()).toBe(`${opened.origin}/`);
      expect(requests.grants).toEqual([]);
    },
  );

  test('its view breaks no rule of accessibility, also with a failure', async () => {
    const { page } = await visit(opened);
    await signInButton(page).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await page.goto(`${opened.origin}/?error=access_denied&state=forged`);
    await page.getByRole('alert').waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await screenshot(page, 'sign-in-issuer');
  });
});

/** Grants that the page asks the issuer for, and the tokens that it sends to the gateway. */
function requestsOf(page: Page) {
  const sent = { grants: [] as string[], tokens: [] as string[] };
  page.on('request', (request: Request) => {
    const { authorization } = request.headers();
    if (authorization !== undefined && request.url().endsWith('/graphql')) sent.tokens.push(authorization);
    const grant = new URLSearchParams(request.postData() ?? '').get('grant_type');
    if (grant !== null) sent.grants.push(grant);
  });
  return sent;
}
