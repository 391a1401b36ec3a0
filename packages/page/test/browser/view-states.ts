import type { Page } from 'playwright-core';

/** A view in a state, as a person comes to it. */
export interface ViewState {
  /** Who looks; by default kim, who may read everything. */
  readonly as?: 'alice' | 'carol' | 'olivia' | 'pat';
  readonly hash: string;
  /** What is shown once all is loaded. */
  readonly shows: string | RegExp;
  /** What the person does before. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** The name of its pictures in the documentation. */
  readonly picture?: string;
}

/** Ids of what the world has. */
export interface WorldIds {
  readonly approval: string;
  readonly longApproval: string;
  readonly rejected: string;
  readonly associationId: string;
  readonly denied: string;
  readonly operationId: string;
  /** A time after the first scan and before all changes. */
  readonly beforeChanges: string;
}

const place = { clusterName: 'apps-dev', accountId: '111122223333', region: 'eu-central-1' };
const role = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
const bind = (fields: Readonly<Record<string, string>>) =>
  `#/bind?${new URLSearchParams({ ...place, namespace: 'payments', ...fields }).toString()}`;
const openOf = (...parts: readonly string[]) => encodeURIComponent(parts.join('/'));
const filled = { serviceAccount: 'web', roleArn: role, tags: 'team=payments' };

/** A request that a tab has kept, as after a reload. */
const kept = (viewerId: string) => ({
  viewerId,
  submittedAt: 0,
  place: { ...place, namespace: 'payments', serviceAccount: 'web' },
  change: { kind: 'create', input: { ...place, ...filled, namespace: 'payments', tags: [], clientRequestToken: 't' } },
});

/** The views by the first part of their path; and what no view is. */
export const viewNames = ['fleet', 'trail', 'approvals', 'bind', 'operations', 'unknown'] as const;

/** Each view in all its states. */
export function viewStates(
  ids: WorldIds,
): Readonly<Record<(typeof viewNames)[number], Readonly<Record<string, ViewState>>>> {
  return {
    fleet: {
      list: { hash: '#/fleet', shows: /^\d+ associations$/, picture: 'fleet' },
      groups: { hash: '#/fleet?group=cluster', shows: /^\d+ associations$/ },
      picture: { hash: '#/fleet?show=picture', shows: 'The same as a table', picture: 'fleet-picture' },
      drift: {
        hash: `#/fleet?open=${openOf('111122223333', 'eu-central-1', 'apps-dev', 'payments', 'worker')}`,
        shows: 'It differs from what the gateway left.',
        picture: 'association',
      },
      hostile: {
        hash: `#/fleet?open=${openOf('444455556666', 'eu-central-1', 'data-dev', 'reports', 'loader')}`,
        shows: 'x'.repeat(256),
      },
      past: { hash: `#/fleet?asOf=${ids.beforeChanges}`, shows: /^\d+ associations, as of/ },
      unknown: { hash: '#/fleet?asOf=2020-01-01T10:00:00Z', shows: 'Choose a later time.' },
      coverage: {
        hash: `#/fleet?asOf=2020-01-01T10:00:00Z`,
        shows: 'Choose a later time.',
        act: (page) => page.locator('.fleet-coverage summary').click(),
      },
      nothing: { hash: '#/fleet?namespace=nothing', shows: 'No association that you may view matches.' },
      invalid: { hash: '#/fleet?namespace=Not%20a%20name', shows: /is not an RFC 1123 label/ },
      forbidden: { as: 'carol', hash: '#/fleet', shows: 'There is no cluster in which you may list associations.' },
      person: { hash: '#/fleet?q=alice', shows: 'Requests by alice' },
      adoption: {
        hash: '#/fleet?origin=OUTSIDE&serviceAccount=indexer',
        shows: '1 can be adopted',
        act: (page) => press(page, 'Adopt this association…'),
      },
      mangled: { hash: '#/fleet?asOf=2026-11-24T10:00:00.000Z.', shows: 'This link can’t be read as it is' },
    },
    trail: {
      all: { hash: '#/trail?scope=gateway', shows: /^\d+ entries$/ },
      entry: { hash: `#/trail?scope=gateway&open=${ids.denied}`, shows: 'To look it up', picture: 'trail' },
      cluster: { hash: '#/trail?scope=gateway&events=CLUSTER_GONE', shows: 'lost-dev' },
      menu: {
        hash: '#/trail?clusterName=apps-dev&since=2026-01-01T10:00:00Z',
        shows: /^\d+ (entry|entries)$/,
        act: (page) => page.getByText('Events: all').click(),
      },
      nothing: { hash: '#/trail?scope=gateway&policyId=nothing', shows: 'No entries.' },
      alone: { hash: `#/trail/entry?id=${ids.denied}`, shows: 'To look it up' },
      missing: { hash: '#/trail/entry?id=nothing', shows: /There is no entry/ },
      operation: { hash: `#/trail/operation?id=${ids.operationId}`, shows: 'Operation entries' },
    },
    approvals: {
      turns: { hash: '#/approvals', shows: '2 for you', picture: 'approvals' },
      cluster: { hash: '#/approvals?clusterName=apps-prod', shows: 'rejected' },
      pending: { hash: `#/approvals?id=${ids.approval}`, shows: 'Last changes of', picture: 'approval' },
      long: { hash: `#/approvals?id=${ids.longApproval}`, shows: 'x'.repeat(256) },
      own: {
        as: 'pat',
        hash: `#/approvals?id=${ids.approval}`,
        shows: 'Withdraw it for good',
        act: (page) => press(page, 'Withdraw'),
      },
      rejected: { as: 'pat', hash: `#/approvals?id=${ids.rejected}`, shows: 'Ask again, with these fields' },
      missing: { hash: '#/approvals?id=approval-x', shows: /There is no approval/ },
    },
    bind: {
      empty: { as: 'alice', hash: '#/bind', shows: /Still to fill in/ },
      linked: { as: 'alice', hash: bind(filled), shows: 'A link has filled this in.' },
      permitted: {
        as: 'alice',
        hash: bind(filled),
        shows: 'EKS can still reject it.',
        act: (page) => press(page, 'Check'),
      },
      denied: {
        as: 'alice',
        hash: bind({ ...filled, roleArn: 'arn:aws:iam::111122223333:role/admin', tags: `team=${'x'.repeat(256)}` }),
        shows: 'forbid (',
        act: async (page) => {
          await press(page, 'Check');
          await page.getByText('role-by-convention').click();
        },
      },
      refused: {
        as: 'alice',
        hash: bind({ ...filled, roleArn: 'arn:aws:iam::111122223333:role/admin' }),
        shows: 'role-by-convention',
        act: (page) => press(page, 'Check'),
        picture: 'bind',
      },
      findings: {
        as: 'alice',
        hash: bind({ ...filled, roleArn: 'Bad role', policy: '{', targetRoleArn: 'x', serviceAccount: 'UPPER' }),
        shows: 'Some fields can’t be sent',
        act: (page) => press(page, 'Bind'),
      },
      strange: { as: 'olivia', hash: bind({}), shows: 'None of your groups owns a namespace' },
      update: {
        as: 'alice',
        hash: bind({ associationId: ids.associationId, targetRoleArn: role }),
        shows: 'Delete it instead',
      },
      deletion: {
        as: 'alice',
        hash: bind({ associationId: ids.associationId, action: 'delete' }),
        shows: 'Change it instead',
      },
      missing: { as: 'alice', hash: bind({ associationId: 'a-nothing' }), shows: /There is no association/ },
      kept: {
        as: 'alice',
        hash: '#/bind',
        shows: 'Forget it',
        act: async (page) => {
          const request = JSON.stringify(kept('https://issuer.example#alice'));
          await page.evaluate((text) => sessionStorage.setItem('pod-identity.request', text), request);
          await page.reload();
        },
      },
    },
    operations: {
      all: { hash: '#/operations', shows: 'Policies, SHA-256', picture: 'operations' },
      policy: { hash: '#/operations?policy=no-system-namespaces', shows: 'Requests that it decided' },
      nothing: { hash: '#/operations?q=nothing-has-this', shows: 'No policy has this text.' },
      forbidden: { as: 'alice', hash: '#/operations?policy=required-tags', shows: 'resource.hasTag("team")' },
    },
    unknown: {
      nothing: { hash: '#/nothing', shows: 'There is no such view' },
      failing: {
        hash: '#/nothing',
        shows: 'Try again',
        act: async (page) => {
          await page.route('**/graphql', (route) =>
            route.fulfill({ status: 400, json: { errors: [{ message: 'No.', extensions: { code: 'X' } }] } }),
          );
          await page.getByRole('link', { name: 'Trail' }).click();
        },
      },
    },
  };
}
