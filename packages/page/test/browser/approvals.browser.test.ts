import type { Page } from 'playwright-core';
import type { MutationResult } from '../../../client/src/client/result.ts';
import { describeUnless } from '../../../../test/support/requires.ts';
import { makeClientOf, missingBrowser, openPage, screenshot } from './support.ts';
import type { OpenPage } from './support.ts';

/** A request that the shipped policies hold for a second platform administrator. */
const driver = (clientRequestToken: string) => ({
  clusterName: 'apps-prod',
  namespace: 'kube-system',
  serviceAccount: 'ebs-csi-controller-sa',
  clientRequestToken,
  roleArn: 'arn:aws:iam::111122223333:role/pods/kube-system/ebs-csi-driver',
  tags: [
    { key: 'request', value: clientRequestToken },
    { key: 'team', value: 'platform' },
  ],
  reason: `The driver gets <b>a role</b> of its own: ${clientRequestToken}.`,
});

describeUnless(missingBrowser)('approvals', () => {
  let opened: OpenPage;
  beforeAll(async () => {
    opened = await openPage();
  });
  afterAll(() => opened.close());

  /** Asks for an approval as pat, and gives its id. */
  async function held(token: string): Promise<string> {
    const pat = await makeClientOf(opened, 'pat');
    const result = await pat.createPodIdentityAssociation(driver(token));
    return approvalOf(result);
  }
  function approvalOf(result: MutationResult): string {
    const id = result.kind === 'refused' && 'approval' in result.refusal ? result.refusal.approval?.id : undefined;
    if (id === undefined) throw new Error(`The request was not held: ${JSON.stringify(result)}`);
    return id;
  }
  const stateOf = (page: Page, word: string) => page.getByRole('heading', { name: word }).waitFor();

  test('an approver finds the request in the inbox, sees exactly what is asked for, and approves it with a comment', async () => {
    const id = await held('csi-a');
    const page = await opened.signedIn('kim', '#/approvals');
    await page.getByRole('link', { name: /ebs-csi-controller-sa/ }).click();
    await stateOf(page, 'waits for approval');
    expect(new URL(page.url()).hash).toBe(`#/approvals?id=${id}`);
    expect(await page.getByLabel('Settings').innerText()).toContain('role/pods/kube-system/ebs-csi-driver');
    await page.getByText('The driver gets <b>a role</b> of its own: csi-a.').waitFor();
    await screenshot(page, 'approval-pending');
    await page.getByLabel('Comment').fill('Looked at it with the owners.');
    await page.getByRole('button', { name: 'Approve' }).click();
    await stateOf(page, 'approved, not used yet');
    await page.getByText('Looked at it with the owners.').waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
  });

  test('an approver sees what the request depends on, and that its expiry is a deletion', async () => {
    const pat = await makeClientOf(opened, 'pat');
    const kim = await makeClientOf(opened, 'kim');
    const request = { ...driver('csi-conditions'), serviceAccount: 'efs-csi-controller-sa' };
    const asked = await pat.createPodIdentityAssociation({ ...request, ifExists: 'ADOPT', expectedRevision: 0 });
    const page = await opened.signedIn('kim', `#/approvals?id=${approvalOf(asked)}`);
    await page.getByText('it is adopted, if it is equal').waitFor();
    await page.getByText('Only at the revision').waitFor();
    await kim.approve({ approvalId: approvalOf(asked) });
    const made = await pat.createPodIdentityAssociation({ ...request, ifExists: 'ADOPT', expectedRevision: 0 });
    if (made.kind !== 'succeeded') throw new Error(JSON.stringify(made));
    const { clusterName } = request;
    const { associationId, modifiedAt } = made.association;
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const change = { clusterName, associationId, expiresAt, expectedModifiedAt: modifiedAt, reason: 'It ends.' };
    const held = await pat.updatePodIdentityAssociation({ ...change, clientRequestToken: 'csi-ends' });
    await page.goto(`${opened.origin}/#/approvals?id=${approvalOf(held)}`);
    await page.getByText('for the deletion at its end').waitFor();
    await page.getByRole('region', { name: 'What policy says now of the deletion at its end' }).waitFor();
    await page.getByText('Only as modified at').waitFor();
  });

  test('who asked is not offered a vote, and finds the request under theirs', async () => {
    const id = await held('csi-b');
    const page = await opened.signedIn('pat', '#/approvals');
    const row = page.getByRole('region', { name: 'Yours' }).locator(`[href="#/approvals?id=${id}"]`);
    await row.click();
    await stateOf(page, 'waits for approval');
    await page.getByText('You can close this page').waitFor();
    await page.getByRole('button', { name: 'Withdraw' }).waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await screenshot(page, 'approval-own');
  });

  test('a rejection is final, and its comment is shown to who asked', async () => {
    const id = await held('csi-c');
    const page = await opened.signedIn('kim', `#/approvals?id=${id}`);
    await page.getByLabel('Comment').fill('Use the role of the add-on.');
    await page.getByRole('button', { name: 'Reject' }).click();
    await stateOf(page, 'rejected');
    const asking = await opened.signedIn('pat', `#/approvals?id=${id}`);
    await stateOf(asking, 'rejected');
    await asking.getByText('Use the role of the add-on.').waitFor();
  });

  test('an approval that others decide meanwhile is shown as decided', async () => {
    const id = await held('csi-d');
    const page = await opened.signedIn('kim', `#/approvals?id=${id}`);
    await stateOf(page, 'waits for approval');
    const kim = await makeClientOf(opened, 'kim');
    await kim.reject({ approvalId: id });
    await page.getByRole('button', { name: 'Approve' }).click();
    await stateOf(page, 'rejected');
  });

  test('who may not see an approval sees nothing of it', async () => {
    const page = await opened.signedIn('bob', `#/approvals?id=${await held('csi-e')}`);
    await page.getByText('or you may not see it').waitFor();
    await page.goto(`${opened.origin}/#/approvals`);
    await page.getByText('Nothing waits for your approval.').waitFor();
  });
});
