import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOnGateway } from '../run-on-gateway.ts';
import * as kubernetes from './pods.ts';

const { account, agent, association, injected, list, node, plain, pod, tokenVolume } = kubernetes;

const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the doctor over objects of Kubernetes, with associations unless they are null. */
async function examine(input: string, associations: string | null = kubernetes.associations(), ...more: string[]) {
  const file = join(folder, 'associations.json');
  if (associations !== null) writeFileSync(file, associations);
  const source = associations === null ? [] : ['--associations', file];
  return runOnGateway(['doctor', ...source, ...more], { input });
}

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly container: string | null;
  readonly message: string;
  readonly advice: string | null;
}

/** The findings about some objects, without notes that the input is not whole. */
async function findingsOf(items: readonly object[], associations?: string) {
  const { stdout, stderr, code } = await examine(list(...items), associations, '--output', 'json');
  expect(stderr).toBe('');
  const { findings } = JSON.parse(stdout) as { findings: readonly Finding[] };
  expect(code).toBe(findings.some(({ severity }) => severity === 'PROBLEM') ? 2 : 0);
  return findings;
}

const summaryOf = (findings: readonly Finding[]) =>
  findings.map(({ severity, code, container }) => [severity, code, container]);

const keys = [
  { name: 'AWS_ACCESS_KEY_ID', valueFrom: { secretKeyRef: { name: 'aws', key: 'id' } } },
  { name: 'AWS_SECRET_ACCESS_KEY', value: 'very-secret' },
];
const webIdentity = [
  { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/irsa' },
  { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token' },
];
const uri = (value: string) => ({ name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value });

test('a pod that the webhook changed has the credentials of its association', async () => {
  const { code, stdout, stderr } = await examine(list(pod(), account(), agent(), node()));
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '1 of 1 pods with an association have its credentials. 0 problems, 0 notes.\n',
    stderr: '',
  });
});

test('pods of one deployment that started before the association are one problem, with the command to restart them', async () => {
  const items = ['x', 'y'].map((suffix) => pod({ containers: [plain()], metadata: { name: `api-5d9-${suffix}` } }));
  const { code, stdout } = await examine(
    list(...items, account(), agent(), node()),
    kubernetes.associations(association({ createdAt: '2026-11-20T11:00:00Z' })),
  );
  expect(stdout.split('\n')).toEqual([
    'Problem: payments: deployment/api, container main, service account api (2 pods)',
    '  Not injected: it started before the association. SDKs may use the role of the node instead.',
    '  -> kubectl -n payments rollout restart deployment/api',
    '0 of 2 pods with an association have its credentials. 1 problem, 0 notes.',
    '',
  ]);
  expect(code).toBe(2);
});

test.each([
  ['before it', '2026-11-20T11:00:00Z', 'before the association'],
  ['12 seconds after it', '2026-11-20T09:59:48Z', '12 s after the association, before the webhook of EKS knew of it'],
  ['an hour after it', '2026-11-20T09:00:00Z', 'after the association, but the webhook of EKS did not change it'],
  ['at an unknown time', undefined, 'before the association, or the webhook of EKS missed it'],
])('times explain why a pod that started %s has no credentials', async (_, createdAt, reason) => {
  const [finding] = await findingsOf(
    [pod({ containers: [plain()] })],
    kubernetes.associations(association({ createdAt })),
  );
  expect(finding).toMatchObject({ code: 'NOT_INJECTED', message: expect.stringContaining(`it started ${reason}`) });
});

test.each<[string, object, ReturnType<typeof summaryOf>]>([
  [
    'containers of which one was missed, init containers included',
    pod({ spec: { initContainers: [plain('init')], ephemeralContainers: [plain('debug')] } }),
    [['PROBLEM', 'NOT_INJECTED', 'init']],
  ],
  [
    'a container that the annotation skips',
    pod({
      containers: [injected(), plain('proxy')],
      metadata: { annotations: { 'eks.amazonaws.com/skip-containers': '"proxy",other' } },
    }),
    [['NOTE', 'CONTAINER_SKIPPED', 'proxy']],
  ],
  [
    "an annotation that the webhook can't parse",
    pod({ containers: [plain()], metadata: { annotations: { 'eks.amazonaws.com/skip-containers': 'ma"in,main' } } }),
    [['PROBLEM', 'NOT_INJECTED', 'main']],
  ],
  [
    'one variable set by hand',
    pod({ containers: [{ ...plain('main', uri('http://169.254.170.23/v1/credentials')) }] }),
    [['PROBLEM', 'INJECTION_BROKEN', 'main']],
  ],
  [
    'variables of another agent',
    pod({ containers: [{ ...injected(), env: [...kubernetes.injectedVariables, uri('http://127.0.0.1:1338/role')] }] }),
    [['PROBLEM', 'INJECTION_BROKEN', 'main']],
  ],
  [
    'the agent of a cluster with IPv6',
    pod({
      containers: [
        { ...injected(), env: [...kubernetes.injectedVariables, uri('http://[fd00:ec2::23]/v1/credentials')] },
      ],
    }),
    [],
  ],
  [
    'a token that is not mounted',
    pod({ containers: [{ ...injected(), volumeMounts: [] }] }),
    [['PROBLEM', 'INJECTION_BROKEN', 'main']],
  ],
  [
    'a volume of this name with another file',
    pod({ spec: { volumes: [{ name: 'eks-pod-identity-token', emptyDir: {} }] } }),
    [['PROBLEM', 'INJECTION_BROKEN', 'main']],
  ],
  [
    'a token for another audience',
    pod({ spec: { volumes: [tokenVolume('sts.amazonaws.com')] } }),
    [['PROBLEM', 'INJECTION_BROKEN', 'main']],
  ],
  ['keys', pod({ containers: [injected('main', ...keys)] }), [['PROBLEM', 'EARLIER_CREDENTIALS', 'main']]],
  ['an empty key', pod({ containers: [injected('main', { name: 'AWS_ACCESS_KEY_ID' }, ...keys.slice(1))] }), []],
  ['IRSA', pod({ containers: [injected('main', ...webIdentity)] }), [['PROBLEM', 'EARLIER_CREDENTIALS', 'main']]],
  [
    'a pod admitted with IRSA, not restarted yet',
    pod({ containers: [plain('main', ...webIdentity)] }),
    [
      ['PROBLEM', 'NOT_INJECTED', 'main'],
      ['PROBLEM', 'EARLIER_CREDENTIALS', 'main'],
    ],
  ],
  [
    'a profile and envFrom, whose content is not known',
    pod({
      containers: [
        { ...injected('main', { name: 'AWS_PROFILE', value: 'x' }), envFrom: [{ secretRef: { name: 'aws' } }] },
      ],
    }),
    [
      ['NOTE', 'UNKNOWN_VARIABLES', 'main'],
      ['NOTE', 'UNKNOWN_VARIABLES', 'main'],
    ],
  ],
  [
    'Fargate',
    pod({ containers: [plain()], labels: { 'eks.amazonaws.com/fargate-profile': 'p' } }),
    [['PROBLEM', 'UNSUPPORTED_PLATFORM', null]],
  ],
  ['Windows', pod({ spec: { os: { name: 'windows' } } }), [['PROBLEM', 'UNSUPPORTED_PLATFORM', null]]],
  ['a pod that has ended', pod({ containers: [plain()], status: { phase: 'Succeeded' } }), [['NOTE', 'NO_PODS', null]]],
  [
    'a pod that is ending',
    pod({ containers: [plain()], metadata: { deletionTimestamp: '2026-11-20T12:00:00Z' } }),
    [['NOTE', 'NO_PODS', null]],
  ],
])('%s: what is found', async (_, one, expected) => {
  expect(summaryOf(await findingsOf([one, account()]))).toEqual(expected);
});

test.each<[string, readonly object[], string | null]>([
  ['a node without an agent', [node(), agent('node-2')], 'The node node-1 has no agent'],
  ['an agent that is not ready', [node(), agent('node-1', false)], 'is not ready'],
  ['a node with an agent', [node(), agent()], null],
  ['a node of EKS Auto Mode', [node('node-1', { 'eks.amazonaws.com/compute-type': 'auto' }), agent('node-2')], null],
  ['no nodes in the input', [agent('node-2')], null],
  ['no pods of kube-system in the input', [node()], null],
])('%s: whether pods get credentials there', async (_, items, message) => {
  const findings = await findingsOf([pod(), account(), ...items]);
  expect(findings.map(({ code, message: found }) => [code, found])).toEqual(
    message === null ? [] : [['AGENT_MISSING', expect.stringContaining(message)]],
  );
});

test('a pod that asks for credentials without an association is a problem, one that does not ask is not', async () => {
  const others = [
    pod({ spec: { serviceAccountName: 'old' } }),
    pod({ containers: [plain()], spec: { serviceAccountName: 'other' } }),
  ];
  const findings = await findingsOf([pod(), account(), ...others]);
  expect(findings).toMatchObject([
    { severity: 'PROBLEM', code: 'NO_ASSOCIATION', serviceAccount: 'old', advice: expect.stringContaining('create-') },
  ]);
});

test('associations without pods and without a service account are found in the namespaces of the input alone', async () => {
  const findings = await findingsOf(
    [pod(), account(), account('idle')],
    kubernetes.associations(
      association({ serviceAccount: 'idle' }),
      association({ serviceAccount: 'mistyped' }),
      association({ namespace: 'search' }),
    ),
  );
  expect(findings).toMatchObject([
    {
      code: 'NO_SERVICE_ACCOUNT',
      serviceAccount: 'mistyped',
      advice: 'kubectl -n payments create serviceaccount mistyped',
    },
    { code: 'NO_PODS', serviceAccount: 'idle' },
  ]);
});

test('a changed association needs no restart, and says until when old credentials may be used', async () => {
  const modifiedAt = new Date(Date.now() - 3_600_000).toISOString();
  const changed = { createdAt: '2026-11-01T00:00:00Z', modifiedAt };
  const [finding] = await findingsOf([pod(), account()], kubernetes.associations(association(changed)));
  const until = new Date(Date.parse(modifiedAt) + 6 * 3_600_000).toISOString();
  expect(finding).toMatchObject({
    severity: 'NOTE',
    code: 'RESTART_NOT_NEEDED',
    message: expect.stringContaining(until),
  });
  const chained = association({ ...changed, targetRoleArn: 'arn:aws:iam::444455556666:role/target' });
  expect(await findingsOf([pod(), account()], kubernetes.associations(chained))).toEqual([]);
});

test('with pods alone, it says only what is injected', async () => {
  const { code, stdout } = await examine(list(pod(), pod({ containers: [plain()], metadata: { name: 'b' } })), null);
  expect([code, stdout.split('\n')]).toEqual([
    0,
    [
      'payments: api-5d9-x: main injected',
      'payments: b: main not injected',
      '1 of 2 pods are injected. Whether they should be is not known: give --associations or --cluster-name.',
      '',
    ],
  ]);
});

test('what the input lacks is named', async () => {
  const { stdout } = await examine(list(pod()));
  expect(stdout).toContain('Not checked: agents, because the input has no nodes, or no pods of kube-system.\n');
  expect(stdout).toContain('Not checked: whether service accounts exist, because the input has none.\n');
});

test('values of variables are in no output', async () => {
  const secret = { name: 'DATABASE_URL', value: 'postgres://very-secret' };
  const input = list(
    pod({ containers: [injected('main', secret, ...keys, ...webIdentity, uri('http://very-secret'))] }),
  );
  for (const format of ['json', 'yaml', 'text', 'table']) {
    const { stdout, stderr } = await examine(input, kubernetes.associations(), '--output', format);
    expect(`${stdout}${stderr}`).not.toMatch(/very-secret|role\/irsa|169\.254/);
  }
});

const events = (...parts: readonly [string, object][]) =>
  parts.map(([type, object]) => JSON.stringify({ type, object }, null, 4)).join('\n');
const missed = pod({ containers: [plain()] });

test('--watch shows findings as pods come and go, and exits as the last of them say', async () => {
  const { code, stdout } = await examine(
    events(['ADDED', pod()], ['MODIFIED', missed], ['MODIFIED', missed], ['MODIFIED', pod()], ['MODIFIED', missed]),
    kubernetes.associations(),
    '--watch',
  );
  const found = [
    'Problem: payments: deployment/api, container main, service account api, pod api-5d9-x',
    '  Not injected: it started before the association, or the webhook of EKS missed it. SDKs may use the role of the node instead.',
    '  -> kubectl -n payments rollout restart deployment/api',
  ];
  expect(stdout.split('\n')).toEqual([...found, 'payments: api-5d9-x: no findings any more', ...found, '']);
  expect(code).toBe(2);
});

test('--watch --output json writes a line for each change, and a deleted pod has no problem', async () => {
  const input = events(['ADDED', missed], ['DELETED', missed], ['BOOKMARK', { kind: 'Pod' }]);
  const { code, stdout } = await examine(input, kubernetes.associations(), '--watch', '--output', 'json');
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; findings: object[] });
  expect(lines.map(({ name, findings }) => [name, findings.length])).toEqual([
    ['api-5d9-x', 1],
    ['api-5d9-x', 0],
  ]);
  expect(code).toBe(0);
});

test.each([
  ['no JSON', 'NAME READY', [], 'Standard input: '],
  ['events without --watch', `${events(['ADDED', pod()])}\n${events(['ADDED', pod()])}`, [], 'needs --watch'],
  ['another document', '{"kind":"Status"}', [], 'The input is not a list, as kubectl get -o json prints it'],
  ['a list for --watch', list(pod()), ['--watch'], 'give kubectl --output-watch-events'],
  [
    'an error of the watch',
    events(['ERROR', { message: 'too old resource version' }]),
    ['--watch'],
    'too old resource version',
  ],
  ['half an event', '{"type":"ADDED"', ['--watch'], 'ends within an object'],
  ['a text for --watch', '"text"', ['--watch'], 'give kubectl --output-watch-events'],
  ['a table for --watch', 'NAME READY\n', ['--watch'], 'It has to be JSON, as kubectl get -o json prints it'],
  ['a cluster without a gateway', list(), ['--cluster-name', 'apps-dev'], '--cluster-name needs the gateway'],
])('%s: what is wrong', async (_, input, options, message) => {
  const { code, stdout, stderr } = await examine(input, null, ...options);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});

test.each([
  ['a page of the list', JSON.stringify({ associations: [], nextToken: 'x' }), 'one page of the list'],
  ['another document', '[]', 'It is not the output of aws eks list-pod-identity-associations'],
])('associations from %s are refused', async (_, associations, message) => {
  const { code, stderr } = await examine(list(), associations);
  expect(code).toBe(1);
  expect(stderr).toContain(message);
});

test('objects of any other shape break nothing', async () => {
  const odd = [null, 1, 'Pod', [], { kind: 'Pod' }, { kind: 'Pod', metadata: 1, spec: [] }, { kind: 'Node' }];
  const parts = [pod({ containers: [null, { env: {}, volumeMounts: [null] }, { env: [null] }] as never })];
  const { code, stderr } = await examine(list(...odd, ...parts));
  expect([code, stderr]).toEqual([2, '']);
});
