import { roleArn as roleOf } from '../../../test/support/gateway.ts';
import { lockOperations } from '../../../test/support/locks.ts';
import { InterruptedError } from '../src/aws/errors.ts';
import type { Environment } from '../src/aws/parameter-file.ts';
import type { ValueMap } from '../src/aws/value.ts';
import { gateway, openFaultyRoute, route, variablesOf } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Terminal } from './run-on-gateway.ts';
import type { Outcome } from './host.ts';

const roleArn = roleOf('payments/payments-api');
const cluster = ['--cluster-name', 'apps-dev'];

openFaultyRoute();

/** Runs a command line as a principal. */
async function run(args: readonly string[], as = 'alice', terminal: Terminal = {}): Promise<Outcome> {
  const environment = { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(as) };
  return runOnGateway(args, { environment, ...terminal });
}

let count = 0;
const createLine = (...more: readonly string[]) => [
  'create-pod-identity-association',
  ...cluster,
  ...['--namespace', 'payments', '--service-account', `command-${(count += 1)}`, '--role-arn', roleArn],
  ...['--tags', 'team=payments', ...more],
];

const parsed = ({ stdout }: Outcome) => JSON.parse(stdout) as Record<string, ValueMap & Record<string, string>>;

async function create(...more: readonly string[]): Promise<string> {
  return parsed(await run(createLine(...more))).association?.associationId ?? '';
}

const lines = (text: string) => text.trim().split('\n');

describe('changes', () => {
  test('a create without a token makes one, says it, and says what the pods need', async () => {
    const outcome = await run(createLine());
    expect(outcome.code).toBe(0);
    const [token, restart] = lines(outcome.stderr);
    expect(token).toMatch(
      /^Client request token: [0-9a-f-]{36} \(to send this request again: --client-request-token\)$/,
    );
    expect(token).toContain(String(variablesOf(route.seen[0]).input.clientRequestToken));
    expect(restart).toContain(`kubectl -n payments rollout restart`);
    expect(restart).toContain('caches credentials for up to 6 hours');
    expect(parsed(outcome).association).toMatchObject({ clusterName: 'apps-dev', tags: { team: 'payments' } });
  });

  test('a create with a token sends it, and a repetition gets the recorded answer', async () => {
    const line = createLine('--client-request-token', 'mine');
    const first = await run(line);
    const second = await run(line);
    expect(first.stderr).not.toContain('Client request token');
    expect(second).toMatchObject({ code: 0, stdout: first.stdout });
    expect(lines(second.stderr)[0]).toBe('This is the recorded answer of an earlier request with the same token.');
  });

  test('reason, person and account are sent with the region of the cluster', async () => {
    const own = ['--reason', 'ticket 7', '--on-behalf-of', 'bob', '--account-id', '111122223333'];
    await run(createLine(...own));
    expect(variablesOf(route.seen[0]).input).toMatchObject({
      reason: 'ticket 7',
      onBehalfOf: 'bob',
      accountId: '111122223333',
      region: 'eu-central-1',
    });
  });

  test('an update and a delete change the association, and say what running pods do', async () => {
    const target = [...cluster, '--association-id', await create()];
    const other = roleOf('payments/payments-worker');
    const updated = await run(['update-pod-identity-association', ...target, '--role-arn', other]);
    expect(parsed(updated).association).toMatchObject({ roleArn: other });
    expect(updated.stderr).toMatch(/can keep credentials from before the update: .* restart the pods: kubectl/);
    const deleted = await run(['delete-pod-identity-association', ...target, '--client-request-token', 'delete-1']);
    expect(deleted).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Running pods .* keep their credentials until/),
    });
    expect(lines(deleted.stderr)).toHaveLength(1);
  });

  test('the empty string clears the target role and the policy of an association, as with the AWS CLI', async () => {
    const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}';
    const target = [...cluster, '--association-id', await create('--disable-session-tags', '--policy', policy)];
    const update = ['update-pod-identity-association', ...target, '--target-role-arn', '', '--policy', ''];
    const { code, stdout } = await run([...update, '--query', 'association.policy', '--output', 'json']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'null\n' });
    expect(variablesOf(route.seen.at(-1)).input).toMatchObject({ targetRoleArn: null, policy: null });
  });

  test('an adoption shows the association as it is, and a dry run of it adopts nothing', async () => {
    const place = { clusterName: 'apps-dev', namespace: 'payments', serviceAccount: 'made-by-terraform' };
    const { associationId } = gateway.simulator.control.createAssociation({ ...place, roleArn });
    const target = [...cluster, '--association-id', associationId];
    const check = await run(['check-adopt-pod-identity-association', ...target, '--query', 'wouldBeAttempted'], 'pat');
    expect(check).toMatchObject({ code: 0, stdout: 'true\n' });
    const reason = ['--reason', 'Hand-over.', '--client-request-token', 'adopt-1'];
    const adopted = await run(['adopt-pod-identity-association', ...target, ...reason], 'pat');
    expect(adopted).toMatchObject({ code: 0, stderr: '' });
    expect(parsed(adopted).association).toMatchObject({ associationId, roleArn });
    const denied = await run(['adopt-pod-identity-association', ...target]);
    expect(denied).toMatchObject({ code: 254, stderr: expect.stringContaining('(POLICY_DENIED)') });
  });

  test('an update with an outdated time is refused', async () => {
    const target = [...cluster, '--association-id', await create()];
    const expected = ['--expected-modified-at', '2020-01-01T00:00:00Z'];
    const { code, stderr } = await run(['delete-pod-identity-association', ...target, ...expected]);
    expect(code).toBe(254);
    expect(stderr).toContain('(ASSOCIATION_CHANGED)');
  });
});

describe('lost answers', () => {
  test('a lost answer is asked for again with the same token, with a line on standard error', async () => {
    route.faults.push('lost answer');
    const outcome = await run(createLine());
    expect(outcome.code).toBe(0);
    const tokens = route.seen.map((seen) => variablesOf(seen).input.clientRequestToken);
    expect(tokens).toHaveLength(2);
    expect(tokens[1]).toBe(tokens[0]);
    expect(lines(outcome.stderr)[1]).toMatch(
      /^Attempt 2 in \d\.\d s: Connection was closed before we received a valid /,
    );
    expect(parsed(outcome).association).toMatchObject({ namespace: 'payments' });
  });

  test('a gateway that is never reached ends the command after four attempts', async () => {
    const { code, stdout, stderr } = await run(createLine('--endpoint-url', 'http://127.0.0.1:1'));
    expect({ code, stdout }).toEqual({ code: 255, stdout: '' });
    expect(lines(stderr).filter((line) => line.startsWith('Attempt'))).toHaveLength(3);
    expect(stderr).toContain('Could not connect to the endpoint URL: "http://127.0.0.1:1/graphql"');
    // Nothing was sent, so that there is nothing to send again.
    expect(stderr).not.toContain('token');
  });

  const inProgress = (retryAfterSeconds: number) => ({
    status: 200,
    body: JSON.stringify({
      data: {
        createPodIdentityAssociation: {
          ...{ status: 'IN_PROGRESS', association: null, refusal: null, retryAfterSeconds, replayed: false },
          ...{ clientRequestToken: 't', auditEntry: { id: 'e', operationId: 'o' } },
        },
      },
    }),
  });

  test('a result that takes longer than a minute ends the command with the token to go on with', async () => {
    route.faults.push(inProgress(61));
    const { code, stdout, stderr } = await run(createLine());
    expect({ code, stdout }).toEqual({ code: 255, stdout: '' });
    expect(stderr).toContain('Run the same command again in 61 s with --client-request-token t and --wait.');
  });

  test('--wait waits for such a result', async () => {
    route.faults.push(inProgress(61));
    const interrupt = new AbortController();
    const onError = (text: string) => {
      if (text.includes('Attempt 2')) setImmediate(() => interrupt.abort(new Error('Enough.')));
    };
    const outcome = await run(createLine('--wait'), 'alice', { signal: interrupt.signal, onError });
    expect(outcome.stderr).toContain('Attempt 2 in 61.0 s: The request is in progress.');
  });
});

describe('an interrupt', () => {
  const interrupted = async (args: readonly string[], isReached = true) => {
    const interrupt = new AbortController();
    const environment = {
      POD_IDENTITY_ENDPOINT_URL: isReached ? route.url : 'http://127.0.0.1:9',
      POD_IDENTITY_TOKEN: await gateway.tokenOf('alice'),
    };
    route.faults.push('silence');
    const outcome = runOnGateway(args, { environment, signal: interrupt.signal });
    while (isReached && route.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    interrupt.abort(new InterruptedError('Interrupted.'));
    return outcome;
  };

  test.each([['whoami'], ['list-pod-identity-associations', ...cluster], ['audit-trail', '--all']])(
    'in the read %s does not talk of a change',
    async (...args) => {
      const { code, stderr } = await interrupted(args);
      expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/: Interrupted\.\n$/) });
    },
  );

  test.each([
    ['a create', () => createLine()],
    ['an approval', () => ['approve', '01JD0000000000000000000000']],
  ])('in %s that was sent says that it may still be made', async (_name, line) => {
    const { code, stderr } = await interrupted(line());
    expect([code, stderr]).toEqual([130, expect.stringContaining('A change that was sent may still be made.')]);
  });

  test('in a create that was not sent says so', async () => {
    const { code, stderr } = await interrupted(createLine(), false);
    expect([code, stderr]).toEqual([130, expect.stringContaining('Interrupted. Nothing was sent.')]);
  });
});

describe('refusals', () => {
  test('a denial says why, which policy, and whom to ask', async () => {
    const { code, stdout, stderr } = await run(createLine('--namespace', 'search', '--client-request-token', 't'));
    expect({ code, stdout }).toEqual({ code: 254, stdout: '' });
    expect(stderr).toContain(
      'An error occurred (AccessDeniedException) when calling the CreatePodIdentityAssociation operation: ',
    );
    expect(stderr).toContain('- Policy role-by-convention: Use a role');
    expect(stderr).toContain('- Policy default-deny: Owners of the namespace: search-team.');
    expect(stderr).toMatch(/^Client request token: t$/m);
    expect(stderr).toMatch(/^Operation: \S{26} \(POLICY_DENIED\)$/m);
  });

  test('invalid input lists every finding with its advice', async () => {
    const { code, stderr } = await run(createLine('--namespace', 'Search', '--role-arn', 'x'));
    expect(code).toBe(254);
    expect(stderr).toContain('(InvalidParameterException)');
    expect(stderr).toMatch(/^- namespace: Give the name as kubectl get namespaces shows it/m);
    expect(stderr).toMatch(/^- roleArn: Give the full ARN/m);
  });

  test('structured formats of errors have the fields of the refusal', async () => {
    const { stderr } = await run(
      createLine('--namespace', 'search', '--cli-error-format', 'json', '--client-request-token', 'u'),
    );
    expect(JSON.parse(stderr)).toMatchObject({
      Code: 'AccessDeniedException',
      RefusalCode: 'POLICY_DENIED',
      Retryable: false,
      Owners: ['search-team'],
      Violations: [{ policyId: 'role-by-convention' }, { policyId: 'default-deny' }],
      ClientRequestToken: 'u',
    });
  });

  test.each(['yaml', 'text', 'table', 'legacy'])(
    'a denial has its policies with --cli-error-format %s',
    async (format) => {
      const { code, stderr } = await run(createLine('--namespace', 'search', '--cli-error-format', format));
      expect(code).toBe(254);
      expect(stderr).toContain('AccessDeniedException');
      expect(stderr).toContain('role-by-convention');
      expect(stderr).toContain('search-team');
    },
  );

  test('a refusal of a later version shows its code, message and advice', async () => {
    const refusal = { __typename: 'Later', code: 'LATER_CODE', message: 'Not now.', advice: 'Wait.', retryable: false };
    const payload = { status: 'REFUSED', association: null, refusal, retryAfterSeconds: null, replayed: false };
    const ids = { clientRequestToken: 't', auditEntry: { id: 'e', operationId: 'o' } };
    const body = JSON.stringify({ data: { createPodIdentityAssociation: { ...payload, ...ids } } });
    route.faults.push({ status: 200, body });
    const { code, stderr } = await run(createLine('--client-request-token', 't'));
    expect(code).toBe(254);
    expect(lines(stderr)).toEqual([
      'pod-identity: [ERROR]: An error occurred (LATER_CODE) when calling the CreatePodIdentityAssociation operation: Not now.',
      '',
      'Advice: Wait.',
      'Client request token: t',
      'Operation: o (LATER_CODE)',
    ]);
  });

  test('a signature that API Gateway does not accept is a denial', async () => {
    route.faults.push({ status: 403, headers: { 'apigw-requestid': 'r-1' }, body: '{"message":"Forbidden"}' });
    const { code, stderr } = await run(['whoami']);
    expect(code).toBe(254);
    expect(stderr).toContain('(AccessDeniedException) when calling the Viewer operation: ');
    expect(stderr).toContain('HTTP status 403: Forbidden');
    expect(stderr).toMatch(/^Request ID: r-1$/m);
  });

  test('an existing association is named with the fields that differ', async () => {
    const line = createLine();
    await run(line);
    const { stderr } = await run([...line, '--role-arn', roleOf('payments/payments-worker')]);
    expect(stderr).toContain('(ResourceInUseException)');
    expect(stderr).toMatch(/^Existing association: a-\w{17}$/m);
    expect(stderr).toMatch(/^- roleArn: requested .*payments-worker, existing .*payments-api$/m);
    expect(stderr).toMatch(/^Advice: Change the association that it has, or adopt it if it is equal\.$/m);
  });

  test('a lock and a reused token have their details beside the advice for people', async () => {
    const line = createLine('--client-request-token', 'used');
    await run(line);
    const reused = await run([...line, '--role-arn', roleOf('payments/payments-worker')]);
    expect(reused.stderr).toMatch(/^Operation of the other request: \S{26}$/m);
    expect(reused.stderr).toMatch(/^Advice: Nothing was done\. Send it once more as a new request\.$/m);
    const alice = 'https://issuer.example#alice';
    await lockOperations(gateway.deps.ledger).lock({ kind: 'PRINCIPAL', principalId: alice });
    const locked = await run(createLine());
    await lockOperations(gateway.deps.ledger).lift({ kind: 'PRINCIPAL', principalId: alice });
    expect(locked.stderr).toMatch(/^Locked by \S+ since \S+Z: /m);
    expect(locked.stderr).toMatch(/^Advice: Operators have stopped changes\./m);
  });
});

describe('reads', () => {
  test('an association that does not exist has the error of EKS', async () => {
    const target = [...cluster, '--association-id', 'a-00000000000000000'];
    const { code, stderr } = await run(['describe-pod-identity-association', ...target]);
    expect(code).toBe(254);
    expect(stderr).toContain('An error occurred (ResourceNotFoundException) when calling the Describe');
  });

  test('a list reads all pages, and its pagination options work', async () => {
    for (let one = 0; one < 3; one += 1) await create();
    const list = ['list-pod-identity-associations', ...cluster, '--namespace', 'payments'];
    route.seen.length = 0;
    const all = parsed(await run([...list, '--page-size', '2'])).associations as unknown as unknown[];
    expect(route.seen.length).toBeGreaterThanOrEqual(Math.ceil(all.length / 2));
    const { associations: first, NextToken } = parsed(await run([...list, '--max-items', '1'])) as Record<
      string,
      unknown
    >;
    const rest = await run([...list, '--starting-token', NextToken as string]);
    expect([...(first as unknown[]), ...(parsed(rest).associations as unknown as unknown[])]).toEqual(all);
    const page = await run([...list, '--no-paginate', '--max-results', '1', '--query', 'length(associations)']);
    expect(page.stdout).toBe('1\n');
  });

  test('a denied list names the policy and the request', async () => {
    const { code, stderr } = await run(['list-pod-identity-associations', ...cluster]);
    expect(code).toBe(254);
    expect(stderr).toContain('(AccessDeniedException) when calling the ListPodIdentityAssociations operation: ');
    expect(stderr).toMatch(/^- Policy default-deny: /m);
    expect(stderr).toMatch(/^Request ID: \S+$/m);
  });

  test('a token that is not valid is refused with an advice', async () => {
    const { code, stderr } = await run(['whoami', '--token', 'nonsense']);
    expect(code).toBe(254);
    expect(stderr).toContain('(UnrecognizedClientException)');
  });

  test('whoami shows the principal', async () => {
    const { stdout } = await run(['whoami', '--query', 'principal.[id, kind]', '--output', 'text'], 'chatops');
    expect(stdout).toBe('https://issuer.example#chatops\tSERVICE\n');
  });

  test('a check shows the decision, conflicts and differences', async () => {
    const line = createLine();
    await run(line);
    const check = await run(['check-create-pod-identity-association', ...line.slice(1)]);
    expect(parsed(check)).toMatchObject({
      wouldBeAttempted: false,
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' },
      decision: { allowed: true },
      warnings: [{ code: 'NOT_CHECKED', message: expect.stringContaining('quota of 5000 associations') as string }],
      existing: { tags: { team: 'payments' } },
    });
    const target = [...cluster, '--association-id', await create()];
    const other = ['--role-arn', roleOf('payments/payments-worker')];
    const update = await run([
      'check-update-pod-identity-association',
      ...target,
      ...other,
      '--query',
      'differences[].field',
    ]);
    expect(JSON.parse(update.stdout)).toEqual(['roleArn']);
    const remove = await run(['check-delete-pod-identity-association', ...target, '--query', 'wouldBeAttempted']);
    expect(remove.stdout).toBe('true\n');
  });

  test('the audit trail is read by each scope', async () => {
    const id = await create('--client-request-token', 'audited');
    const [{ associationArn, operationId } = { associationArn: '', operationId: '' }] = entriesOf(
      await run(['audit-trail', ...cluster, '--namespace', 'payments', '--max-items', '1']),
    );
    expect(associationArn).toContain(id);
    const events = async (args: readonly string[], as?: string) =>
      entriesOf(await run(['audit-trail', ...args, '--max-items', '50'], as)).map(({ event }) => event);
    expect(await events(['--association-arn', associationArn])).toEqual(['SUCCEEDED']);
    expect(await events(['--operation-id', operationId])).toEqual(['SUCCEEDED', 'INTENT']);
    expect(await events(['--principal-id', 'https://issuer.example#alice', '--events', 'CHECKED, DENIED'])).toContain(
      'DENIED',
    );
    expect(await events(['--all', '--since', '2020-01-01T00:00:00Z'], 'olivia')).toContain('INVALID');
    expect(await events(['--all', '--until', '2020-01-01'], 'olivia')).toEqual([]);
    const { code, stderr } = await run(['audit-trail', '--all', '--events', 'DENIED,WRONG']);
    expect({ code, stderr }).toEqual({
      code: 252,
      stderr: expect.stringContaining(
        "Invalid choice 'WRONG', valid choices are: APPROVAL_EXPIRED, APPROVAL_REQUESTED",
      ),
    });
  });

  test.each([[[]], [['--all', '--operation-id', 'o']]])(
    'the audit trail with %j needs exactly one scope',
    async (scope) => {
      const { code, stderr } = await run(['audit-trail', ...scope]);
      expect(code).toBe(252);
      expect(stderr).toContain('Give exactly one of --cluster-name, --principal-id');
      expect(route.seen).toEqual([]);
    },
  );

  test('drift lists an association that was created outside the gateway', async () => {
    gateway.simulator.control.createAssociation({
      clusterName: 'apps-dev',
      namespace: 'payments',
      serviceAccount: 'outside',
      roleArn,
      tags: {},
    });
    const query = ['--query', 'associations[].[kind, association.serviceAccount]', '--output', 'text'];
    const { stdout } = await run(['drift', ...cluster, '--namespace', 'payments', ...query]);
    expect(stdout).toBe('UNMANAGED\toutside\n');
  });
});

function entriesOf(outcome: Outcome): readonly Readonly<Record<'associationArn' | 'operationId' | 'event', string>>[] {
  return (JSON.parse(outcome.stdout) as { entries: [] }).entries;
}

describe('credentials', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session' };
  const answered = { status: 200, body: '{"data":{"viewer":{"id":"x","kind":"SERVICE","groups":[]}}}' };
  /** Runs `whoami` with these variables of the process, as the providers of the SDK read them there. */
  const whoami = async (args: readonly string[], variables: Environment) => {
    const before = { ...process.env };
    const set = Object.entries(variables).filter(([, value]) => value !== undefined);
    const shared = { AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' };
    Object.assign(process.env, { ...shared, ...Object.fromEntries(set) });
    try {
      const environment = { ...shared, POD_IDENTITY_ENDPOINT_URL: route.url, ...variables };
      return await runOnGateway(['whoami', ...args], { environment });
    } finally {
      process.env = before;
    }
  };

  test('without a token, AWS credentials sign the request for the route of IAM and the region of the gateway', async () => {
    route.faults.push(answered);
    expect(await whoami(['--gateway-region', 'eu-north-1'], keys)).toMatchObject({ code: 0 });
    const [seen] = route.seen;
    expect(seen?.path).toBe('/iam/graphql');
    expect(seen?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-north-1\/execute-api\//);
    expect(seen?.headers['x-amz-security-token']).toBe('session');
  });

  test('--no-sign-request sends no credentials', async () => {
    route.faults.push(answered);
    await whoami(['--no-sign-request'], keys);
    expect(route.seen[0]?.path).toBe('/graphql');
    expect(route.seen[0]?.headers.authorization).toBeUndefined();
  });

  test('without any credentials, the command ends with the exit code of the AWS CLI', async () => {
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    const { code, stderr } = await whoami([], none);
    expect(code).toBe(253);
    expect(stderr).toContain('Unable to locate credentials. Sign in (pod-identity login), configure AWS credentials');
    expect(route.seen).toEqual([]);
  });

  test('without a region to sign for, the command ends with the exit code of the AWS CLI', async () => {
    const { code, stderr } = await whoami([], { ...keys, AWS_REGION: undefined });
    expect(code).toBe(253);
    expect(stderr).toContain('You must specify a region: with --region or --gateway-region, or in AWS_REGION.');
    expect(route.seen).toEqual([]);
  });

  test('without the URL of the gateway, the command ends with the exit code of a missing setting', async () => {
    const { code, stderr } = await runOnGateway(['whoami', '--token', 't']);
    expect(code).toBe(253);
    expect(stderr).toContain('Give it with --endpoint-url or in the environment variable POD_IDENTITY_ENDPOINT_URL.');
  });

  test('--debug shows requests and answers without their secrets', async () => {
    route.faults.push(answered, answered);
    const signed = await whoami(['--debug'], keys);
    expect(signed.stderr).toContain('> authorization: ***');
    expect(signed.stderr).toContain('< 200 {"data"');
    expect(signed.stderr).not.toMatch(/AWS4-HMAC|: (?:session|secret)\b/);
    const token = await whoami(['--debug', '--token', 'hidden'], {});
    expect(token.stderr).toContain(`POST ${route.url}/graphql`);
    expect(token.stderr).not.toContain('hidden');
  });
});
