import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { describeUnless } from '../../../../test/support/requires.ts';
import { missingBrowser, openPage } from './support.ts';
import type { OpenPage } from './support.ts';

/**
 * A server of another origin: it serves a script, a page, and a page with the address `?frame=` in
 * a frame.
 */
async function startOther() {
  const requested: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://other');
    requested.push(url.pathname);
    const frame = url.searchParams.get('frame');
    const isScript = url.pathname === '/script.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? 'globalThis.foreignScript = true;' : frame && `<iframe src="${frame}"></iframe>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise((resolve) => server.close(resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requested, close };
}

describeUnless(missingBrowser)('the policy of the page', () => {
  let opened: OpenPage;
  let other: Awaited<ReturnType<typeof startOther>>;
  beforeAll(async () => {
    [opened, other] = await Promise.all([openPage(), startOther()]);
  });
  afterAll(async () => {
    await opened.close();
    await other.close();
  });

  /**
   * Opens the page as if an attacker had found a way to add markup to its HTML, and code to its
   * script: with the headers that the gateway sends. Resolves when the browser reported what it
   * blocked: the directives.
   */
  async function openInjected(markup: string, code = ''): Promise<{ page: Page; blocked: () => Promise<string[]> }> {
    const page = await (await opened.newContext()).newPage();
    await page.addInitScript(`globalThis.seen = [];
      addEventListener('securitypolicyviolation', ({ effectiveDirective }) => globalThis.seen.push(effectiveDirective));`);
    await page.route(`${opened.origin}/`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('<body>', `<body>${markup}`) });
    });
    await page.route('**/assets/page-*.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${await response.text()}\n${code}` });
    });
    await page.goto(`${opened.origin}/`);
    await page.getByText('Choose who you are').waitFor();
    return { page, blocked: () => page.evaluate<string[]>('globalThis.seen') };
  }

  test.each([
    ['an inline script', '<script>globalThis.ran = true;</script>', 'script-src-elem'],
    ['an event handler in markup', '<img src="data:," onerror="globalThis.ran = true">', 'script-src-attr'],
    ['a script of another origin', '<script src="OTHER/script.js"></script>', 'script-src-elem'],
    ['a frame', '<iframe src="OTHER/"></iframe>', 'frame-src'],
    ['an image of another origin', '<img src="OTHER/image">', 'img-src'],
    ['a plug-in', '<object data="OTHER/"></object>', 'object-src'],
    ['another base for links', '<base href="OTHER/">', 'base-uri'],
  ])('blocks %s', async (_what, markup, directive) => {
    const before = other.requested.length;
    const { page, blocked } = await openInjected(markup.replace('OTHER', other.origin));
    await expect(blocked()).resolves.toEqual([directive]);
    expect(await page.evaluate('[globalThis.ran, globalThis.foreignScript]')).toEqual([undefined, undefined]);
    expect(other.requested.slice(before)).toEqual([]);
  });

  test('blocks styles in markup, as an attribute and as an element', async () => {
    const markup = '<p id="styled" style="color: rgb(255, 0, 0)">x</p><style>#styled { margin-left: 77px }</style>';
    const { page, blocked } = await openInjected(markup);
    expect((await blocked()).sort()).toEqual(['style-src-attr', 'style-src-elem']);
    const style = await page.evaluate<string[]>(`(() => {
      const { color, marginLeft } = getComputedStyle(document.getElementById('styled'));
      return [color, marginLeft];
    })()`);
    expect(style).not.toContain('rgb(255, 0, 0)');
    expect(style).not.toContain('77px');
  });

  test.each([
    ['eval', "eval('globalThis.ran = true')", 'EvalError'],
    ['a function of a text', "new Function('globalThis.ran = true')()", 'EvalError'],
    ['markup of a text', "document.body.innerHTML = '<b>x</b>'", 'TypeError'],
    ['a script of a text', "document.createElement('script').src = '/assets/x.js'", 'TypeError'],
    ['a policy that would permit such texts', "trustedTypes.createPolicy('any', {})", 'TypeError'],
  ])('refuses %s to the scripts of the page', async (_what, code, error) => {
    const { page } = await openInjected('', `try { ${code} } catch ({ name }) { globalThis.refusal = name; }`);
    expect(await page.evaluate('[globalThis.ran, globalThis.refusal]')).toEqual([undefined, error]);
  });

  test('lets the scripts of the page connect to no other origin', async () => {
    const before = other.requested.length;
    const code = `fetch('${other.origin}/stolen', { mode: 'no-cors' }).catch(() => (globalThis.refusal = true));`;
    const { page, blocked } = await openInjected('', code);
    await page.waitForFunction(() => 'refusal' in globalThis);
    expect(await blocked()).toEqual(['connect-src']);
    expect(other.requested.slice(before)).toEqual([]);
  });

  test('lets no other page show it in a frame', async () => {
    const page = await (await opened.newContext()).newPage();
    const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'));
    await page.goto(`${other.origin}/?frame=${encodeURIComponent(`${opened.origin}/`)}`);
    await blocked;
    expect(await page.frameLocator('iframe').getByText('Pod Identity').count()).toBe(0);
  });

  test('a page of another origin gets no token of a principal', async () => {
    const page = await (await opened.newContext()).newPage();
    await page.goto(other.origin);
    const result = await page.evaluate(async (url) => {
      const body = '{"principal":"pat"}';
      const ask = async (init: RequestInit) =>
        fetch(url, { method: 'POST', body, ...init }).then(
          async (response) => `${response.type} ${await response.text()}`,
          (error: unknown) => String(error),
        );
      return [await ask({ headers: { 'content-type': 'application/json' } }), await ask({ mode: 'no-cors' })];
    }, `${opened.origin}/page/token`);
    expect(result).toEqual(['TypeError: Failed to fetch', 'opaque ']);
  });
});
