import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page, Request } from 'playwright-core';
import { startLocalGateway } from '../../../local-gateway/src/index.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { axeViolations, makeClientOf, missingBrowser, noteTime, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

const role = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const place = { clusterName: 'apps-dev', accountId: '111122223333', region: 'eu-central-1', namespace: 'payments' };

describeUnless(missingBrowser)('a request of the page', () => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage({ settings: { RECONCILE_INTERVAL_MS: '500' } });
  });
  afterAll(() => opened.close());

  const request = (page: Page) => page.getByRole('region', { name: 'Request' });
  const result = (page: Page) => page.getByRole('alert', { name: 'Result' });
  const simulator = (path: string, init?: RequestInit) => fetch(`${opened.gateway.eksUrl}/_simulator/${path}`, init);
  const isCreate = (one: Request) => (one.postData() ?? '').includes('mutation CreatePodIdentityAssociation');
  const bind = (page: Page) => page.getByRole('button', { name: 'Bind', exact: true }).click();

  /** How many creates the simulated EKS got for a service account. */
  async function createdAtEks(serviceAccount: string): Promise<number> {
    const answer = await simulator('requests?operation=CreatePodIdentityAssociation');
    const { requests } = (await answer.json()) as { requests: readonly { serviceAccount: string }[] };
    return requests.filter((one) => one.serviceAccount === serviceAccount).length;
  }

  /** Waits for what a page shows after pauses as long as people can wait: its clock is set forward. */
  async function untilShown(page: Page, shown: Locator): Promise<void> {
    for (let round = 0; round < 100 && (await shown.count()) === 0; round += 1) {
      await page.clock.fastForward(2_000);
      await shown.waitFor({ timeout: 250 }).catch(() => undefined);
    }
    await shown.waitFor();
  }

  /** Opens the form, filled in and checked. */
  async function filled(serviceAccount: string, on = opened): Promise<Page> {
    const fields = new URLSearchParams({ ...place, serviceAccount, roleArn: role, tags: 'team=payments' });
    const page = await on.signedIn('alice', `#/bind?${fields.toString()}`);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('EKS can still reject it.').waitFor();
    return page;
  }

  /**
   * The answers of the first `times` creates are lost after the gateway has processed them. Returns
   * the tokens that are sent.
   */
  async function loseAnswers(page: Page, times: number): Promise<string[]> {
    const tokens: string[] = [];
    await page.route('**/graphql', async (route) => {
      if (!isCreate(route.request())) return route.continue();
      const { variables } = route.request().postDataJSON() as { variables: { input: { clientRequestToken: string } } };
      tokens.push(variables.input.clientRequestToken);
      if (tokens.length > times) return route.continue();
      await route.fetch();
      return route.abort();
    });
    return tokens;
  }

  test('is carried out once if its answer is lost, and ends right', async () => {
    const page = await filled('lost');
    const tokens = await loseAnswers(page, 2);
    await bind(page);
    await request(page).getByText('it is carried out once').waitFor();
    await screenshot(page, 'bind-lost');
    await result(page).getByText('done', { exact: true }).waitFor();
    await result(page).getByText('It was done by an earlier attempt').waitFor();
    expect([tokens.length, new Set(tokens).size, await createdAtEks('lost')]).toEqual([3, 1, 1]);
  });

  test('is carried out once if the gateway is restarted before its answer arrives, without a reload', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'page-restart-'));
    const other = await openPage({ folder });
    const closeBrowser = closeAtEnd(() => other.browser.close());
    const closeFirst = closeAtEnd(() => other.gateway.close());
    const page = await filled('restarted', other);
    const tokens = await loseAnswers(page, 1);
    await page.clock.install();
    await bind(page);
    await request(page).getByText('it is carried out once').waitFor();
    await closeFirst();
    await page.clock.fastForward(5_000);
    const policiesDirectory = join(import.meta.dirname, '../../../../policies');
    const gateway = await startLocalGateway({ folder, policiesDirectory, port: Number(new URL(other.origin).port) });
    const closeSecond = closeAtEnd(() => gateway.close());
    await untilShown(page, result(page).getByText('It was done by an earlier attempt'));
    expect(new Set(tokens).size).toBe(1);
    await page.getByRole('link', { name: 'Who has what' }).click();
    await page.getByText('1 association', { exact: true }).waitFor();
    await Promise.all([closeBrowser(), closeSecond()]);
    rmSync(folder, { recursive: true });
  });

  test('goes on after a reload with the same token, and only for who sent it', async () => {
    const page = await filled('reloaded');
    const tokens = await loseAnswers(page, 1_000);
    await bind(page);
    await request(page).getByText('it is carried out once').waitFor();
    await page.reload();
    await request(page).getByText('it has no final result yet').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'bind-continue');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /^bob / }).click();
    await page.getByRole('heading', { name: 'Bind a role' }).waitFor();
    expect(await request(page).count()).toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /^alice / }).click();

    await page.unroute('**/graphql');
    const again = page.waitForRequest((one) => isCreate(one));
    await request(page).getByRole('button', { name: 'Continue' }).click();
    expect((await again).postData()).toContain(tokens[0] ?? 'no token');
    await result(page).getByText('done', { exact: true }).waitFor();
    expect([new Set(tokens).size, await createdAtEks('reloaded')]).toEqual([1, 1]);
    await page.reload();
    await page.getByRole('form', { name: 'Change' }).waitFor();
    expect(await request(page).count()).toBe(0);
  });

  test('in progress says why and until when, and is followed to its end, also with another view shown', async () => {
    const page = await filled('late');
    await page.clock.install();
    const fault = { operation: 'CreatePodIdentityAssociation', kind: 'late-effect', delayMs: 4_000 };
    await simulator('faults', { method: 'POST', body: JSON.stringify(fault) });
    await bind(page);
    await request(page).getByText('you can close this page').waitFor();
    await page.getByRole('link', { name: 'Approvals' }).click();
    await page.getByRole('link', { name: 'Bind', exact: true }).click();
    await request(page).getByText('visible in EKS').or(request(page).getByText('is not known yet')).first().waitFor();
    expect(await request(page).innerText()).toMatch(/Attempt \d+ [^]*known by .+ at the latest/);
    expect(await axeViolations(page)).toEqual([]);
    await screenshot(page, 'bind-in-doubt');
    await untilShown(page, result(page).getByText('done', { exact: true }));
    expect(await createdAtEks('late')).toBe(1);
  });

  test('over a slow network says that it waits, and a second press sends nothing more', async () => {
    const page = await filled('slow');
    const tokens = await loseAnswers(page, 0);
    await page.route('**/graphql', async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await route.fallback();
    });
    await page.getByRole('button', { name: 'Bind', exact: true }).dblclick();
    await request(page).waitFor({ timeout: 1_000 });
    await page.getByRole('link', { name: 'Who has what' }).click();
    await page.getByRole('link', { name: 'Approvals' }).click();
    await page.getByRole('heading', { name: 'Approvals' }).waitFor({ timeout: 1_000 });
    await page.getByRole('link', { name: 'Bind', exact: true }).click();
    await result(page).getByText('done', { exact: true }).waitFor();
    expect([tokens.length, await createdAtEks('slow')]).toEqual([1, 1]);
  });

  test('that EKS throttles can be sent again with the same token', async () => {
    const page = await filled('throttled');
    const tokens = await loseAnswers(page, 0);
    const refusal = {
      __typename: 'EksRefused',
      code: 'THROTTLED',
      message: 'EKS throttled the request.',
      advice: 'Wait.',
      retryable: true,
      exception: 'ThrottlingException',
      eksMessage: 'Rate exceeded',
    };
    const payload = {
      __typename: 'CreatePodIdentityAssociationPayload',
      status: 'REFUSED',
      association: null,
      refusal,
      retryAfterSeconds: 120,
      replayed: false,
      adopted: false,
      expiresAt: null,
      clientRequestToken: 't',
      warnings: [],
      auditEntry: { id: '1.1', operationId: '1' },
    };
    await page.route(
      '**/graphql',
      (route) =>
        isCreate(route.request())
          ? route.fulfill({ json: { data: { createPodIdentityAssociation: payload } } })
          : route.fallback(),
      { times: 1_000 },
    );
    await bind(page);
    await result(page).getByText('Rate exceeded').waitFor();
    const kept = await page.evaluate<string>("sessionStorage.getItem('pod-identity.request')");
    await page.unroute('**/graphql');
    const again = page.waitForRequest((one) => isCreate(one));
    await result(page).getByRole('button', { name: 'Send it again' }).click();
    const { variables } = (await again).postDataJSON() as { variables: { input: { clientRequestToken: string } } };
    expect(kept).toContain(variables.input.clientRequestToken);
    expect(tokens).toEqual([]);
    await result(page).getByText('done', { exact: true }).waitFor();
  });

  test('that two tabs ask for is made once: the other tab is told what exists', async () => {
    const driver = new URLSearchParams({
      clusterName: 'apps-prod',
      accountId: '111122223333',
      region: 'eu-central-1',
      namespace: 'kube-system',
      serviceAccount: 'efs-csi-controller-sa',
      tags: 'team=platform',
      roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver',
    });
    const first = await opened.signedIn('pat', `#/bind?${driver.toString()}`);
    const second = await first.context().newPage();
    await second.goto(first.url());
    const tabs = [first, second];
    for (const tab of tabs) await tab.clock.install();
    for (const tab of tabs) {
      await tab.getByRole('button', { name: 'Check', exact: true }).click();
      await tab.getByRole('button', { name: 'Ask for approval' }).click();
      await request(tab).getByRole('link', { name: 'The approval' }).waitFor();
    }
    const kim = await makeClientOf(opened, 'kim');
    const { nodes } = await kim.approvals({ scope: { cluster: { clusterName: 'apps-prod' } } });
    const held = nodes.filter(({ target }) => target.serviceAccount === 'efs-csi-controller-sa');
    for (const { id } of held) await kim.approve({ approvalId: id });
    const ends = await Promise.all(
      tabs.map(async (tab) => {
        await untilShown(
          tab,
          result(tab)
            .getByText(/^done$|has a role already/)
            .first(),
        );
        return (await result(tab).innerText()).includes('has a role already') ? 'exists' : 'done';
      }),
    );
    expect(ends.toSorted()).toEqual(['done', 'exists']);
    expect(await createdAtEks('efs-csi-controller-sa')).toBe(1);
  });

  test('that others have to approve is sent again by itself once a second person has', async () => {
    const driver = new URLSearchParams({
      clusterName: 'apps-prod',
      accountId: '111122223333',
      region: 'eu-central-1',
      namespace: 'kube-system',
      serviceAccount: 'ebs-csi-controller-sa',
      tags: 'team=platform',
      roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver',
    });
    const page = await opened.signedIn('pat', `#/bind?${driver.toString()}`);
    await page.clock.install();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('One person of platform-admins has to agree.').waitFor();
    await screenshot(page, 'bind-needs-approval');
    await page.getByRole('button', { name: 'Ask for approval' }).click();
    const link = request(page).getByRole('link', { name: 'The approval' });
    const hash = await link.getAttribute('href');
    await screenshot(page, 'bind-held');
    const kim = await opened.signedIn('kim', hash ?? '');
    await kim
      .getByRole('region', { name: 'What policy says now' })
      .getByText('Nothing else stands against it.')
      .waitFor();
    await screenshot(kim, 'approval-now');
    const voted = performance.now();
    await kim.getByRole('button', { name: 'Approve' }).click();
    await result(page).getByText('done', { exact: true }).waitFor();
    noteTime('From the vote to done, with a tab that waits', voted);
    await kim.getByRole('heading', { name: 'approved and used' }).waitFor();
    expect(await createdAtEks('ebs-csi-controller-sa')).toBe(1);
    const client = await makeClientOf(opened, 'pat');
    const { nodes } = await client.approvals({ scope: { cluster: { clusterName: 'apps-prod' } } });
    const held = nodes.filter(({ target }) => target.serviceAccount === 'ebs-csi-controller-sa');
    expect(held.map(({ state }) => state)).toEqual(['USED']);
  });
});
