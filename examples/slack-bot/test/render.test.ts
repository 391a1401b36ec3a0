import { messageOf } from '../src/blocks.ts';
import { placeOf, placeView } from '../src/forms.ts';
import { resultCard } from '../src/render.ts';

type Result = Parameters<typeof resultCard>[1];

const role = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';
const input = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'api', roleArn: role };
const asked: Parameters<typeof resultCard>[0] = { token: 'token', person: { team: 'T1', user: 'U1' }, input };
const need = { policyId: 'p', message: 'Ends access.', advice: null, group: 'security', count: 1 } as const;
const voter = { principalId: 'https://issuer.example#kim', kind: 'USER' } as const;

test('the card of a held request has no token, in no line and no button', () => {
  const token = 'CANARY-token';
  const approval = {
    id: 'approval-1',
    state: 'PENDING',
    needs: [],
    rejectedBy: null,
    expiresAt: '2999-01-01T00:00:00Z',
  };
  const result: Result = {
    ...{ kind: 'refused', retryAfterSeconds: 60, replayed: false, clientRequestToken: token },
    ...{ operationId: '01K', auditEntryId: '01K.1' },
    refusal: {
      ...{ __typename: 'ApprovalRequired', code: 'APPROVAL_REQUIRED', message: 'Held.', advice: null, retryable: true },
      ...{ needs: [{ ...need, operation: 'CREATE_POD_IDENTITY_ASSOCIATION' }] },
      approval: { ...approval, state: 'PENDING', voidedVotes: [] },
    },
  };
  const card = resultCard({ ...asked, token }, result, null, 'https://gateway.example');
  expect(card.buttons).toHaveLength(2);
  expect(JSON.stringify(messageOf(card))).not.toContain(token);
});

test('the card of a held request says that a deletion needs the approval, and which votes do not count any more', () => {
  const result: Result = {
    ...{ kind: 'refused', retryAfterSeconds: 60, replayed: false, clientRequestToken: 'token' },
    ...{ operationId: '01K', auditEntryId: '01K.1' },
    refusal: {
      ...{ __typename: 'ApprovalRequired', code: 'APPROVAL_REQUIRED', message: 'Held.', advice: null, retryable: true },
      needs: [{ ...need, operation: 'DELETE_POD_IDENTITY_ASSOCIATION' }],
      approval: {
        ...{ id: 'approval-1', state: 'PENDING', needs: [], rejectedBy: null, expiresAt: '2999-01-01T00:00:00Z' },
        voidedVotes: [
          {
            ...{ principal: voter, actor: null, reason: 'VOTER_LOCKED' },
            ...{ time: '2026-11-29T12:00:00Z', voidedAt: '2026-11-29T13:00:00Z' },
          },
        ],
      },
    },
  };
  const { title, lines } = resultCard(asked, result, null);
  const text = JSON.stringify(lines);
  expect(title).toBe('Others have to agree first');
  expect(text).toContain('for the deletion at its end: Ends access.');
  expect(text).toContain('The vote of https://issuer.example#kim does not count any more: the voter was locked since.');
});

test('the card of a refusal has the words for people as title and advice, and a button where another attempt can help', () => {
  const refused: Result = {
    ...{ kind: 'refused', retryAfterSeconds: 5, replayed: false, clientRequestToken: 'token' },
    ...{ operationId: '01K', auditEntryId: '01K.1' },
    refusal: {
      ...{
        __typename: 'EksRefused',
        code: 'THROTTLED',
        message: 'EKS throttled the request.',
        advice: 'Use the token.',
      },
      ...{ retryable: true, exception: 'ThrottlingException', eksMessage: 'Rate exceeded' },
    },
  };
  const { title, lines, buttons } = resultCard(asked, refused, null);
  expect(title).toBe('EKS is busy');
  expect(lines).toContainEqual(['What to do: ', 'Nothing was done. Send it again in a minute.']);
  expect(buttons).toHaveLength(1);
});

test('the form of place and tags has the tags that policy has missed, without those that are given', () => {
  const tags = [{ key: 'stage', value: 'dev' }];
  const place = placeOf({ channel: 'C1', input: { ...input, tags }, missingTags: ['team', 'stage'] });
  expect(JSON.stringify(placeView(place))).toContain('"initial_value":"stage=dev, team="');
});
