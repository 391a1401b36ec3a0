import type { Container, Pod } from '../kubernetes/objects.ts';

/**
 * Whether a container asks the agent of EKS Pod Identity for credentials. The webhook of EKS adds
 * two variables, a volume with a token, and its mount, when a pod is admitted and its service
 * account has an association (`addEnvToContainer` of aws/amazon-eks-pod-identity-webhook).
 */
export type Injection = 'INJECTED' | 'BROKEN' | 'SKIPPED' | 'NOT_INJECTED';

/** Codes of findings, and whether pods lack their role for it, as far as can be seen. */
export const severities = {
  AGENT_MISSING: 'PROBLEM',
  CONTAINER_SKIPPED: 'NOTE',
  EARLIER_CREDENTIALS: 'PROBLEM',
  INJECTION_BROKEN: 'PROBLEM',
  NO_ASSOCIATION: 'PROBLEM',
  NO_PODS: 'NOTE',
  NO_SERVICE_ACCOUNT: 'PROBLEM',
  NOT_INJECTED: 'PROBLEM',
  RESTART_NOT_NEEDED: 'NOTE',
  UNKNOWN_VARIABLES: 'NOTE',
  UNSUPPORTED_PLATFORM: 'PROBLEM',
} as const;

/** What is found, and how it is put right: a command or what to change. Values of variables are never in it. */
export type Told = readonly [code: keyof typeof severities, message: string, advice?: string];

const uriVariable = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const tokenVariable = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
const audience = 'pods.eks.amazonaws.com';

/** Where the agent listens on each node, by IPv4 and IPv6. */
const agentUris = ['http://169.254.170.23/v1/credentials', 'http://[fd00:ec2::23]/v1/credentials'];

/** Whether a container gets credentials of the agent, and why what is there does not work. */
export function injectionOf(pod: Pod, container: Container): { injection: Injection; broken: readonly Told[] } {
  const { env, name } = container;
  if (!env.has(uriVariable) && !env.has(tokenVariable))
    return { injection: skippedContainers(pod).includes(name) ? 'SKIPPED' : 'NOT_INJECTED', broken: [] };
  const fault = variableFault(env) ?? tokenFault(pod, container);
  if (fault === null) return { injection: 'INJECTED', broken: [] };
  return { injection: 'BROKEN', broken: [['INJECTION_BROKEN', ...fault]] };
}

type Fault = readonly [message: string, advice: string] | null;

function variableFault(env: Container['env']): Fault {
  for (const [only, missing] of [
    [uriVariable, tokenVariable],
    [tokenVariable, uriVariable],
  ] as const)
    if (!env.has(missing))
      return [
        `${only} is set by hand, so that the webhook of EKS does not set ${missing}.`,
        `Remove ${only} from the pod template.`,
      ];
  const uri = env.get(uriVariable) ?? null;
  if (uri === null || agentUris.includes(uri)) return null;
  return [
    `${uriVariable} is set by hand, and does not name the agent of EKS Pod Identity.`,
    `Remove ${uriVariable} and ${tokenVariable} from the pod template.`,
  ];
}

/** Why there is no token for the agent in the file that the variable names. */
function tokenFault(pod: Pod, { env, volumeMounts }: Container): Fault {
  const file = env.get(tokenVariable) ?? null;
  if (file === null) return null;
  const advice = 'Take the volume, its mount and the variables out of the pod template: the webhook of EKS adds them.';
  const [mount] = volumeMounts
    .map(({ name, mountPath }) => ({ name, folder: `${mountPath.replace(/\/$/, '')}/` }))
    .filter(({ folder }) => file.startsWith(folder))
    .sort((one, other) => other.folder.length - one.folder.length);
  if (!mount) return [`No volume is mounted where ${tokenVariable} names a file.`, advice];
  const { name, folder } = mount;
  const sources = pod.spec.volumes.find((volume) => volume.name === name)?.projected.sources ?? [];
  const token = sources.find((one) => one.serviceAccountToken.path === file.slice(folder.length));
  if (!token) return [`The volume ${name} has no token where ${tokenVariable} names a file.`, advice];
  if (token.serviceAccountToken.audience === audience) return null;
  return [`The token of the volume ${name} is not for the audience ${audience}.`, advice];
}

/**
 * The names in the first line of an annotation, as the webhook reads them (`getContainersToSkip` of
 * aws/amazon-eks-pod-identity-webhook): CSV, spaces included; none, if that can't be parsed.
 */
function skippedContainers({ metadata: { annotations } }: Pod): readonly string[] {
  const [line = ''] = annotations['eks.amazonaws.com/skip-containers'].trimStart().split('\n');
  const fields = line.split(',').map((field) => /^(?:"([^"]*)"|([^"]*))$/.exec(field));
  if (fields.includes(null)) return [];
  return fields.map((field) => field?.[1] ?? field?.[2] ?? '').filter((name) => name !== '');
}

/**
 * What the default chains of the AWS SDKs take before the credentials of the agent
 * (https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html), and what can't be
 * seen, but can come first.
 */
export function* earlierCredentials({ env, envFrom }: Container): Generator<Told> {
  // An empty variable is one that SDKs take as absent.
  const has = (...names: readonly string[]) => names.every((name) => (env.get(name) ?? null) !== '' && env.has(name));
  const except = has('AWS_PROFILE') ? ' (that for JavaScript takes the profile of AWS_PROFILE instead)' : '';
  if (has('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'))
    yield [
      'EARLIER_CREDENTIALS',
      `All AWS SDKs use the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY first${except}.`,
      'Remove both from the pod template.',
    ];
  if (has('AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'))
    yield [
      'EARLIER_CREDENTIALS',
      'All AWS SDKs use AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (IAM roles for service accounts) first.',
      'Remove both from the pod template; if they are not there, restart the pod: it was admitted with IRSA.',
    ];
  if (has('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'))
    yield [
      'EARLIER_CREDENTIALS',
      `All AWS SDKs use AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, and not ${uriVariable}.`,
      'Remove it from the pod template: it is for Amazon ECS.',
    ];
  const profiles = ['AWS_PROFILE', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'].filter((name) => has(name));
  if (profiles.length > 0)
    yield [
      'UNKNOWN_VARIABLES',
      `${profiles.join(', ')}: the AWS SDKs use the credentials of a profile first, if it has any.`,
      'Check the profile in the image or its volume.',
    ];
  if (envFrom.length > 0)
    yield [
      'UNKNOWN_VARIABLES',
      'Variables of envFrom are not known: keys among them are used first.',
      'Look for AWS_ACCESS_KEY_ID in its config maps and secrets.',
    ];
}
