import type { Container, Pod } from '../kubernetes/pod.ts';

/**
 * Whether a container asks the agent of EKS Pod Identity for credentials. The webhook of EKS adds
 * two variables, a volume with a token, and its mount, when a pod is admitted and its service
 * account has an association (`addEnvToContainer` of aws/amazon-eks-pod-identity-webhook).
 */
export type Injection = 'INJECTED' | 'BROKEN' | 'SKIPPED' | 'NOT_INJECTED';

/** What is wrong with a container, and how it is put right. Values of variables are never in it. */
export interface Fault {
  readonly message: string;
  readonly advice: string;
}

/** How a container gets AWS credentials, as far as its specification shows. */
export interface ContainerCredentials {
  readonly injection: Injection;
  /** Why what is there does not work; none unless it is BROKEN. */
  readonly faults: readonly Fault[];
  /** What SDKs use before the agent. */
  readonly earlier: readonly Fault[];
  /** What can't be seen, but can come before the agent. */
  readonly unknown: readonly Fault[];
}

const uriVariable = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const tokenVariable = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const audience = 'pods.eks.amazonaws.com';

/** Where the agent listens on each node, by IPv4 and IPv6. */
const agentUris = ['http://169.254.170.23/v1/credentials', 'http://[fd00:ec2::23]/v1/credentials'];

/** How a container of a pod gets AWS credentials. */
export function credentialsOf(pod: Pod, container: Container): ContainerCredentials {
  const { variables } = container;
  const isSet = variables.has(uriVariable) || variables.has(tokenVariable);
  const faults = isSet ? faultsOf(pod, container) : [];
  const absent = pod.skipped.has(container.name) ? 'SKIPPED' : 'NOT_INJECTED';
  const injection = !isSet ? absent : faults.length === 0 ? 'INJECTED' : 'BROKEN';
  return { injection, faults, earlier: earlierOf(variables), unknown: unknownOf(container) };
}

function faultsOf(pod: Pod, container: Container): readonly Fault[] {
  const { variables } = container;
  const missing = [uriVariable, tokenVariable].find((name) => !variables.has(name));
  if (missing !== undefined) {
    const other = missing === uriVariable ? tokenVariable : uriVariable;
    return [
      {
        message: `${other} is set by hand, so that the webhook of EKS does not set ${missing}.`,
        advice: `Remove ${other} from the pod template.`,
      },
    ];
  }
  const uri = variables.get(uriVariable);
  if (typeof uri === 'string' && !agentUris.includes(uri)) {
    return [
      {
        message: `${uriVariable} is set by hand, and does not name the agent of EKS Pod Identity.`,
        advice: `Remove ${uriVariable} and ${tokenVariable} from the pod template.`,
      },
    ];
  }
  const file = variables.get(tokenVariable);
  return typeof file === 'string' ? tokenFaults(pod, container, file) : [];
}

/** Why there is no token for the agent in a file. */
function tokenFaults(pod: Pod, { mounts }: Container, file: string): readonly Fault[] {
  const advice = 'Take the volume, its mount and the variables out of the pod template: the webhook of EKS adds them.';
  const [mount] = mounts
    .filter(({ path }) => file.startsWith(`${path.replace(/\/$/, '')}/`))
    .sort((one, other) => other.path.length - one.path.length);
  if (!mount) return [{ message: `No volume is mounted where ${tokenVariable} names a file.`, advice }];
  const path = file.slice(mount.path.replace(/\/$/, '').length + 1);
  const token = pod.tokens.get(mount.volume)?.find((one) => one.path === path);
  if (!token)
    return [{ message: `The volume ${mount.volume} has no token where ${tokenVariable} names a file.`, advice }];
  if (token.audience === audience) return [];
  return [{ message: `The token of the volume ${mount.volume} is not for the audience ${audience}.`, advice }];
}

type Variables = Container['variables'];

/** An empty variable is one that SDKs take as absent. */
function has(variables: Variables, ...names: readonly string[]): boolean {
  return names.every((name) => variables.has(name) && variables.get(name) !== '');
}

/**
 * Credentials that the default chains of the AWS SDKs take before those of the agent
 * (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html).
 */
function earlierOf(variables: Variables): readonly Fault[] {
  const found: Fault[] = [];
  if (has(variables, 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')) {
    const except = has(variables, 'AWS_PROFILE')
      ? ' (that for JavaScript takes the profile of AWS_PROFILE instead)'
      : '';
    found.push({
      message: `All AWS SDKs use the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY first${except}.`,
      advice: 'Remove both from the pod template.',
    });
  }
  if (has(variables, 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN')) {
    found.push({
      message: 'All AWS SDKs use AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (IAM roles for service accounts) first.',
      advice: 'Remove both from the pod template; if they are not there, restart the pod: it was admitted with IRSA.',
    });
  }
  if (has(variables, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')) {
    found.push({
      message: `All AWS SDKs use AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, and not ${uriVariable}.`,
      advice: 'Remove it from the pod template: it is for Amazon ECS.',
    });
  }
  return found;
}

function unknownOf({ variables, hasEnvFrom }: Container): readonly Fault[] {
  const names = ['AWS_PROFILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'].filter((name) =>
    has(variables, name),
  );
  const found: Fault[] = [];
  if (names.length > 0) {
    found.push({
      message: `${names.join(', ')}: the AWS SDKs use the credentials of a profile first, if it has any.`,
      advice: 'Check the profile in the image or its volume.',
    });
  }
  if (hasEnvFrom) {
    found.push({
      message: 'Variables of envFrom are not known: keys among them are used first.',
      advice: 'Look for AWS_ACCESS_KEY_ID in its config maps and secrets.',
    });
  }
  return found;
}
