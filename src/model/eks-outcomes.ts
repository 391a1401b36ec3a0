import { final, released } from './outcome-row.ts';
import type { OutcomeRow } from './outcome-row.ts';

/** The outcomes of changes that EKS refused, or that did not reach it: rows of `outcomes`. */
export const eksOutcomes = {
  CLUSTER_NOT_FOUND: {
    ...final,
    code: 'CLUSTER_NOT_FOUND',
    advice: 'Check clusterName, accountId and region. Once the cluster exists, use a new clientRequestToken.',
  },
  ROLE_NOT_FOUND: {
    ...released,
    code: 'ROLE_NOT_FOUND',
    retryAfterSeconds: 10,
    advice:
      'Check roleArn. A role created in the last minute needs some seconds to propagate: send the same ' +
      'request again after retryAfterSeconds.',
  },
  TRUST_POLICY_INVALID: {
    ...final,
    code: 'TRUST_POLICY_INVALID',
    advice:
      'Allow pods.eks.amazonaws.com to sts:AssumeRole and sts:TagSession in the trust policy of the ' +
      'role, then use a new clientRequestToken.',
  },
  ASSOCIATION_LIMIT_EXCEEDED: {
    ...final,
    code: 'ASSOCIATION_LIMIT_EXCEEDED',
    advice:
      'Delete associations that are no longer needed, or use another cluster: the quota is not ' +
      'adjustable. Then use a new clientRequestToken.',
  },
  EKS_REFUSED: {
    ...final,
    code: 'EKS_REFUSED',
    advice: 'eksMessage says what EKS rejected. Fix it, then use a new clientRequestToken.',
  },
  GATEWAY_ACCESS_DENIED: {
    ...released,
    code: 'GATEWAY_ACCESS_DENIED',
    retryAfterSeconds: 60,
    advice:
      'Ask the operators of the gateway to add the permission named in eksMessage to its IAM role. ' +
      'Then send the same request again.',
  },
  /**
   * The gateway may not assume the role that changes associations, or has no credentials itself.
   * Nothing was sent to EKS.
   */
  CREDENTIALS_DENIED: {
    ...released,
    code: 'GATEWAY_ACCESS_DENIED',
    retryAfterSeconds: 60,
    advice:
      'Ask the operators of the gateway to let it assume the role named in eksMessage. Then send the ' +
      'same request again.',
  },
  /** STS is throttled or can't be reached. Nothing was sent to EKS. */
  CREDENTIALS_UNAVAILABLE: {
    ...released,
    code: 'EKS_UNREACHABLE',
    retryAfterSeconds: 5,
    advice:
      'The gateway got no credentials for EKS from AWS STS: send the same request again after ' +
      'retryAfterSeconds; tell the operators of the gateway if it persists.',
  },
  THROTTLED: {
    ...released,
    code: 'THROTTLED',
    retryAfterSeconds: 5,
    advice: 'The account is throttled by EKS: send the same request again after retryAfterSeconds.',
  },
  EKS_UNREACHABLE: {
    ...released,
    code: 'EKS_UNREACHABLE',
    retryAfterSeconds: 5,
    advice:
      'The gateway could not connect to EKS: send the same request again after retryAfterSeconds; tell ' +
      'the operators of the gateway if it persists.',
  },
} as const satisfies Record<string, OutcomeRow>;
