import type { MutationResult } from '../../../packages/client/src/index.ts';
import { makeRequestTokens } from '../src/request-tokens.ts';

const target = { accountId: '1', region: 'r', clusterName: 'c', namespace: 'n', serviceAccount: 's' };
const succeeded = { kind: 'succeeded', association: target } as unknown as MutationResult;

test('a call without a token repeats one that succeeded for ten minutes, and one without an answer for longer', () => {
  let now = 0;
  const tokens = makeRequestTokens(() => now);
  const [done, open] = [
    { tool: 'bind_role', input: {} },
    { tool: 'update_association', input: {} },
  ];
  const [token, openToken] = [tokens.tokenOf(done), tokens.tokenOf(open)];
  tokens.answered(done, token, succeeded);
  now = 599_999;
  expect(tokens.tokenOf(done)).toBe(token);
  now = 600_000;
  expect(tokens.tokenOf(done)).not.toBe(token);
  now = 86_400_000;
  expect(tokens.tokenOf(open)).toBe(openToken);
});
