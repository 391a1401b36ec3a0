import type { Operation } from './operation.ts';
import { answer } from './reply.ts';

/** GetCallerIdentity of STS: the account and the ARN of the signer. AWS permits it to everyone. */
export const getCallerIdentity: Operation = {
  name: 'GetCallerIdentity',
  service: 'sts',
  method: 'POST',
  path: /^\/$/,
  action: 'GetCallerIdentity',
  read: ({ signer: { accountId, arn } }) => ({
    cluster: null,
    namespace: null,
    serviceAccount: null,
    associationId: null,
    clientRequestToken: null,
    permission: { action: 'sts:GetCallerIdentity', resource: '*' },
    run: () => {
      const result = { Arn: arn, UserId: `AIDA${accountId}`, Account: accountId };
      return answer({ GetCallerIdentityResponse: { GetCallerIdentityResult: result } });
    },
  }),
};
