/** Objects of Kubernetes for the doctor's tests, as the webhook of EKS and kubectl make them. */

const mountPath = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const volumeName = 'eks-pod-identity-token';

/** The variables that the webhook adds. */
export const injectedVariables = [
  { name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'regional' },
  { name: 'AWS_DEFAULT_REGION', value: 'eu-central-1' },
  { name: 'AWS_REGION', value: 'eu-central-1' },
  { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
  { name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE', value: `${mountPath}/eks-pod-identity-token` },
];

const injectedMount = { name: volumeName, readOnly: true, mountPath };

export const tokenVolume = (audience = 'pods.eks.amazonaws.com') => ({
  name: volumeName,
  projected: {
    defaultMode: 420,
    sources: [{ serviceAccountToken: { audience, expirationSeconds: 86_400, path: 'eks-pod-identity-token' } }],
  },
});

/** A container that the webhook changed, with more variables of its template. */
export const injected = (name = 'main', ...variables: readonly object[]) => ({
  name,
  env: [...variables, ...injectedVariables],
  volumeMounts: [injectedMount],
});

/** A container that the webhook did not change. */
export const plain = (name = 'main', ...variables: readonly object[]) => ({ name, env: variables });

interface PodParts {
  readonly containers?: readonly object[];
  readonly spec?: object;
  readonly metadata?: object;
  readonly labels?: object;
  readonly createdAt?: string;
  readonly status?: object;
}

/** A pod of a deployment `api`, with the service account `api` of `payments`. */
export const pod = ({ containers = [injected()], spec, metadata, labels, createdAt, status }: PodParts = {}) => ({
  kind: 'Pod',
  metadata: {
    name: 'api-5d9-x',
    namespace: 'payments',
    creationTimestamp: createdAt ?? '2026-11-20T10:00:00Z',
    labels: { 'pod-template-hash': '5d9', ...labels },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'api-5d9' }],
    ...metadata,
  },
  spec: { serviceAccountName: 'api', nodeName: 'node-1', containers, volumes: [tokenVolume()], ...spec },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }], ...status },
});

/** The agent's pod on a node. */
export const agent = (nodeName = 'node-1', isReady = true) =>
  pod({
    containers: [plain('eks-pod-identity-agent')],
    metadata: { name: `eks-pod-identity-agent-${nodeName}`, namespace: 'kube-system', ownerReferences: [] },
    labels: { 'app.kubernetes.io/name': 'eks-pod-identity-agent' },
    spec: { serviceAccountName: 'default', nodeName },
    status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  });

export const node = (name = 'node-1', labels: object = {}) => ({ kind: 'Node', metadata: { name, labels } });

export const account = (name = 'api', namespace = 'payments') => ({
  kind: 'ServiceAccount',
  metadata: { name, namespace },
});

export const list = (...items: readonly unknown[]) => JSON.stringify({ kind: 'List', apiVersion: 'v1', items });

/** The output of `aws eks list-pod-identity-associations`, with times as describes have them. */
export const associations = (...more: readonly object[]) => JSON.stringify({ associations: [association(), ...more] });

export const association = (change: object = {}) => ({
  clusterName: 'apps-dev',
  namespace: 'payments',
  serviceAccount: 'api',
  associationArn: 'arn:aws:eks:eu-central-1:111122223333:podidentityassociation/apps-dev/a-0123456789abcdefg',
  associationId: 'a-0123456789abcdefg',
  ...change,
});
