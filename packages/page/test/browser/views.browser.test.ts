import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { MutationResult } from '../../../client/src/client/result.ts';
import { lockOperations } from '../../../../test/support/locks.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { makeSqliteLedger } from '../../../sqlite-ledger/src/ledger.ts';
import { beginWorld, fillWorld, world } from './fleet-world.ts';
import { axeViolations, makeClientOf, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';
import { viewNames, viewStates } from './view-states.ts';
import type { ViewState, WorldIds } from './view-states.ts';

const settings = {
  ...{ SCAN_INTERVAL_MS: '500', SCAN_MAX_AGE_MS: '2000', SCAN_READS_PER_SECOND: '100000' },
  RECONCILE_INTERVAL_MS: '3600000',
};
const system = { name: 'kube-system', owners: ['platform-admins'], roles: ['ebs-csi-driver'] };

/** A size of the window, and colours. */
interface Mode {
  readonly name: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'dark';
  readonly forcedColors?: 'active';
}

const phone = { width: 390, height: 844 };
const desktop = { width: 1440, height: 900 };
const narrow: readonly Mode[] = [
  { name: '390', viewport: phone },
  { name: 'dark-390', viewport: phone, colorScheme: 'dark' },
  // 1440 pixels at 200 % have the width of 720.
  { name: 'zoomed', viewport: { width: 720, height: 450 } },
];
const wide: readonly Mode[] = [
  { name: '1024', viewport: { width: 1024, height: 768 } },
  { name: '1440', viewport: desktop },
  { name: 'dark', viewport: desktop, colorScheme: 'dark' },
  { name: 'forced-colours', viewport: desktop, colorScheme: 'dark', forcedColors: 'active' },
];
const pictured = ['390', '1024', '1440', 'dark'];

/**
 * All modes with `VIEW_MODES=all`, as every night; otherwise a narrow and a wide one of each state in
 * turn, which cover each mode for each view.
 */
function modesOf(index: number, { picture }: ViewState): readonly Mode[] {
  const all = [...narrow, ...wide];
  if (process.env.VIEW_MODES === 'all') return all;
  if (process.env.SCREENSHOTS && picture) return all.filter(({ name }) => pictured.includes(name));
  return [narrow[index % narrow.length], wide[index % wide.length]].filter((mode) => mode !== undefined);
}

/** Whether the browser would have to be scrolled to the side. */
const isWide = (page: Page) =>
  page.evaluate<boolean>(
    "[document.documentElement, document.querySelector('main')].some((one) => one.scrollWidth > one.clientWidth)",
  );

// With `SCREENSHOTS=docs/images`, the pictures of the documentation are saved there.
describeUnless(missingBrowser)('every view in every state', () => {
  let opened: OpenPage;
  let folder: string;
  let ids: WorldIds;
  const pages = new Map<string, Page>();

  /** The page of a person, who has signed in. */
  async function pageOf(name: string): Promise<Page> {
    const page = pages.get(name) ?? (await opened.signedIn(name, '#/-'));
    pages.set(name, page);
    return page;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'page-views-'));
    await beginWorld(folder);
    opened = await openPage({
      ...{ folder, settings },
      world: { ...world, namespaces: [...(world.namespaces ?? []), system] },
    });
    const { operationId, beforeChanges } = await fillWorld(opened.gateway);
    ids = { ...(await ask(opened)), operationId, beforeChanges };
    await disturb(opened, folder);
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true });
  });

  test('each view of the navigation has states here', async () => {
    const page = await pageOf('kim');
    const links = page.getByRole('navigation', { name: 'Views' }).getByRole('link');
    const found = await Promise.all((await links.all()).map((one) => one.getAttribute('href')));
    expect([...found, '#/unknown']).toEqual(viewNames.map((view) => `#/${view}`));
  });

  test.each(viewNames)('%s breaks no rule of accessibility, and needs no scrolling to the side', async (view) => {
    const problems: string[] = [];
    for (const [index, [name, state]] of Object.entries(viewStates(ids)[view]).entries()) {
      const page = await pageOf(state.as ?? 'kim');
      for (const mode of modesOf(index, state)) {
        const found = await problemsOf(page, state, mode);
        problems.push(...found.map((problem) => `${name}, ${mode.name}: ${problem}`));
      }
    }
    expect(problems).toEqual([]);
  });

  /** What is wrong with a state in a mode. */
  async function problemsOf(page: Page, state: ViewState, mode: Mode): Promise<string[]> {
    const { viewport, colorScheme = 'light', forcedColors = 'none' } = mode;
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme, forcedColors, reducedMotion: 'reduce' });
    const failure = await show(page, state).then(
      () => [],
      (error: unknown) => [String(error)],
    );
    if (state.picture !== undefined && pictured.includes(mode.name))
      await screenshot(page, `${state.picture}-${mode.name}`);
    const problems = [...failure, ...(await axeViolations(page))];
    if (await isWide(page)) problems.push('wider than the window');
    await page.unrouteAll();
    await page.evaluate(() => sessionStorage.removeItem('pod-identity.request'));
    return problems;
  }
});

/** Goes to a view from an empty one, so that nothing of the last one is left. */
async function show(page: Page, { hash, shows, act }: ViewState): Promise<void> {
  await page.evaluate("location.hash = '#/-'");
  await page.getByText('There is no such view').waitFor();
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await act?.(page);
  await page.getByText(shows).first().waitFor();
  await page
    .getByText(/^(Reading|Checking)/)
    .first()
    .waitFor({ state: 'hidden' });
}

const driver = {
  ...{ clusterName: 'apps-prod', namespace: 'kube-system', serviceAccount: 'ebs-csi-controller-sa' },
  roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver',
  tags: [{ key: 'team', value: 'platform' }],
  reason: 'The driver gets a role of its own.',
};

/** Asks for what others have to approve, and for what policy denies. Returns the ids. */
async function ask(opened: OpenPage): Promise<Omit<WorldIds, 'operationId' | 'beforeChanges'>> {
  const [alice, pat, kim] = await Promise.all(['alice', 'pat', 'kim'].map((name) => makeClientOf(opened, name)));
  if (!alice || !pat || !kim) throw new Error('Nobody is there.');
  const approvalOf = (result: MutationResult) => {
    const approval = result.kind === 'refused' && 'approval' in result.refusal ? result.refusal.approval : null;
    if (!approval) throw new Error(`The request was not held: ${JSON.stringify(result)}`);
    return approval.id;
  };
  const approval = approvalOf(await pat.createPodIdentityAssociation(driver));
  const other = { ...driver, serviceAccount: 'efs-csi-controller-sa' };
  const long = { ...other, tags: [...driver.tags, { key: 'long', value: 'x'.repeat(256) }] };
  const longApproval = approvalOf(await pat.createPodIdentityAssociation(long));
  const rejected = approvalOf(await pat.createPodIdentityAssociation(other));
  await kim.reject({ approvalId: rejected, comment: 'Use the role of the add-on.' });
  const denied = await alice.createPodIdentityAssociation({
    ...{ clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'web' },
    roleArn: 'arn:aws:iam::111122223333:role/admin',
    tags: [{ key: 'team', value: 'payments' }],
    reason: 'The shop needs its queue.',
  });
  const { nodes } = await kim.podIdentityAssociations({ clusterName: 'apps-dev', first: 100 });
  const associationId = nodes.find(({ serviceAccount }) => serviceAccount === 'api')?.associationId ?? '';
  return { approval, longApproval, rejected, associationId, denied: denied.auditEntryId };
}

/** Sets locks, and leaves an operation whose outcome is not known. */
async function disturb({ gateway }: OpenPage, folder: string): Promise<void> {
  const fault = { operation: 'CreatePodIdentityAssociation', kind: 'cut-before' };
  await fetch(`${gateway.eksUrl}/_simulator/faults`, { method: 'POST', body: JSON.stringify(fault) });
  const input = {
    ...{ clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'lost', clientRequestToken: 'lost' },
    roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api',
    tags: [{ key: 'team', value: 'payments' }],
  };
  const query = `mutation ($input: CreatePodIdentityAssociationInput!) {
    createPodIdentityAssociation(input: $input) { status }
  }`;
  await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await gateway.token('alice')}` },
    body: JSON.stringify({ query, variables: { input } }),
  });
  const ledger = makeSqliteLedger({ file: join(folder, 'ledger.sqlite') });
  const { lock } = lockOperations(ledger);
  await lock(
    { kind: 'CLUSTER', accountId: '444455556666', region: 'eu-central-1', clusterName: 'data-dev' },
    'The cluster is being moved.',
  );
  await lock({ kind: 'PRINCIPAL', principalId: 'https://issuer.example#bob' }, 'Stolen laptop.', { stopsReads: true });
  ledger.close();
}
