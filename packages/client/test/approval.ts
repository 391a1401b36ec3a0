/** Answers of a gateway that holds a request until it is approved, for tests of what a client does with them. */

const sam = { principalId: 'https://issuer.example#sam', kind: 'USER' };
const need = {
  policyId: 'second-person',
  message: 'Production needs a second person.',
  advice: null,
  group: 'security',
};

/** A vote by a member of the group. */
export const vote = {
  principal: sam,
  actor: null,
  comment: 'Fine.',
  ownRequest: false,
  time: '2026-11-27T10:01:00.000Z',
};

type State = 'PENDING' | 'APPROVED' | 'REJECTED' | 'EXPIRED' | 'USED';

/** An approval in a state, of a time that is not over. */
export function approvalIn(state: State, change: object = {}) {
  return {
    id: 'approval-1.key',
    state,
    needs: [{ ...need, count: 1, approvedBy: state === 'APPROVED' ? [vote] : [] }],
    rejectedBy: state === 'REJECTED' ? vote : null,
    expiresAt: '2999-01-01T00:00:00.000Z',
    ...change,
  };
}

/** An approval with the request that it is about. */
export function detailed(state: State, change: object = {}) {
  return approvalIn(state, {
    operation: 'CREATE_POD_IDENTITY_ASSOCIATION',
    principal: { principalId: 'https://issuer.example#alice', kind: 'USER' },
    actor: null,
    onBehalfOf: null,
    reason: null,
    target: {
      ...{ accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' },
      ...{ namespace: 'payments', serviceAccount: 'api' },
    },
    request: {
      ...{ roleArn: 'arn:aws:iam::111122223333:role/pods/payments/payments-api', targetRoleArn: null },
      ...{ disableSessionTags: null, policy: null, tags: [{ key: 'team', value: 'payments' }], changes: null },
    },
    before: null,
    requestedAt: '2026-11-27T10:00:00.000Z',
    operationId: null,
    ...change,
  });
}

const body = (data: object) => ({ status: 200, body: JSON.stringify({ data }) });

/** The answer to a change that is held, or, with another code, finally refused. */
export function held(change: object = {}, retryAfterSeconds: number | null = 0, action = 'create') {
  return body({
    [`${action}PodIdentityAssociation`]: {
      status: 'REFUSED',
      association: null,
      refusal: {
        __typename: 'ApprovalRequired',
        code: 'APPROVAL_REQUIRED',
        message: 'The request needs an approval.',
        advice: 'Ask the approvers.',
        retryable: true,
        approval: approvalIn('PENDING'),
        needs: [{ ...need, count: 1 }],
        ...change,
      },
      retryAfterSeconds,
      replayed: false,
      clientRequestToken: 't',
      auditEntry: { id: 'e', operationId: 'approval-1' },
      warnings: [],
    },
  });
}

/** The answer to a poll. */
export const polled = (approval: object | null) => body({ approval });

/** The answer to a vote. */
export const voted = (field: 'approve' | 'reject', change: object) =>
  body({ [field]: { approval: null, refusal: null, auditEntry: { id: 'e', operationId: 'o' }, ...change } });

/** The answer of a gateway without a page. */
export const noPage = body({ gateway: { pageUrl: null } });
