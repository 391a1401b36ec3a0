import { roleArn } from '../../../test/support/gateway.ts';
import { lockOperations } from '../../../test/support/locks.ts';
import { runbookBlocks } from '../../../test/support/runbook.ts';
import { approvalIn, detailed, held, noPage, polled, vote, voted } from '../../client/test/approval.ts';
import { gateway, openFaultyRoute, route, variablesOf } from '../../client/test/gateway.ts';
import { runOnGateway } from './run-on-gateway.ts';
import type { Terminal } from './run-on-gateway.ts';

openFaultyRoute();

async function run(args: readonly string[], terminal: Terminal = {}) {
  const environment = { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf('alice') };
  return runOnGateway(args, { environment, ...terminal });
}

let count = 0;
const creating = (...more: readonly string[]) => [
  ...['create-pod-identity-association', '--cluster-name', 'apps-dev', '--namespace', 'payments'],
  ...['--service-account', `approved-${(count += 1)}`, '--role-arn', roleArn('payments/payments-api')],
  ...['--tags', 'team=payments', '--client-request-token', 't', ...more],
];
const token = () => `token-${(count += 1)}`;
const lines = (text: string) => text.trim().split('\n');

describe('a change that needs an approval', () => {
  test('ends with an exit code of its own, and says who has to approve it and how to go on', async () => {
    route.faults.push(held());
    const { code, stdout, stderr } = await run(creating());
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(lines(stderr)).toEqual([
      'pod-identity: [ERROR]: An error occurred (APPROVAL_REQUIRED) when calling the CreatePodIdentityAssociation operation: The request needs an approval.',
      '',
      '- Policy second-person: Production needs a second person. Approvers: group security.',
      'Approval: approval-1.key (short ID al-1.key), until 2999-01-01T00:00:00.000Z',
      'To approve it: pod-identity approve approval-1.key',
      'Once it is approved: run the same command again with --client-request-token t (--wait does so by itself).',
      'Client request token: t',
      'Operation: approval-1 (APPROVAL_REQUIRED)',
    ]);
  });

  test('has its approval in structured formats of errors', async () => {
    route.faults.push(held());
    const { stderr } = await run(creating('--cli-error-format', 'json'));
    expect(JSON.parse(stderr)).toMatchObject({
      Code: 'APPROVAL_REQUIRED',
      Retryable: true,
      ApprovalId: 'approval-1.key',
      ApprovalState: 'PENDING',
      ExpiresAt: '2999-01-01T00:00:00.000Z',
      Needs: [{ policyId: 'second-person', group: 'security', count: 1 }],
    });
  });

  test('is made with --wait as soon as it is approved, with its progress on standard error', async () => {
    const needs = [{ ...approvalIn('PENDING').needs[0], count: 2, approvedBy: [vote] }];
    route.faults.push(held(), noPage, polled(approvalIn('PENDING', { needs })), polled(approvalIn('APPROVED')));
    const outcome = await run(creating('--client-request-token', token(), '--wait', '30m'));
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('"associationId"') });
    expect(lines(outcome.stderr).slice(0, 6)).toEqual([
      'The request waits for an approval.',
      '- Policy second-person: Production needs a second person. Approvers: group security.',
      'Approval: approval-1.key (short ID al-1.key), until 2999-01-01T00:00:00.000Z',
      'To approve it: pod-identity approve approval-1.key',
      'Policy second-person has 1 of 2 approvals.',
      'Approved by https://issuer.example#sam (Fine.). The request is sent again.',
    ]);
  });

  test('ends with the comment of who rejected it', async () => {
    const rejected = { code: 'APPROVAL_REJECTED', retryable: false, approval: approvalIn('REJECTED') };
    route.faults.push(held(), noPage, polled(approvalIn('REJECTED')), held(rejected, null));
    const { code, stderr } = await run(creating('--wait'));
    expect(code).toBe(254);
    expect(stderr).toContain('(APPROVAL_REJECTED)');
    expect(stderr).toMatch(/^Rejected by https:\/\/issuer\.example#sam \(Fine\.\)\.$/m);
    expect(stderr.split('[ERROR]')[1]).not.toContain('To approve it');
  });

  test('says how to go on when it is interrupted while it waits', async () => {
    route.faults.push(held({}, 60), noPage);
    const interrupt = new AbortController();
    // Once the page was asked for too: its request belongs to no later test.
    const abortWhenSent = (): void => {
      if (route.seen.length < 2) setImmediate(abortWhenSent);
      else interrupt.abort(new Error('Interrupted.'));
    };
    const onError = (text: string) => {
      if (text.includes('waits for an approval')) abortWhenSent();
    };
    const { stderr } = await run(creating('--wait'), { signal: interrupt.signal, onError });
    const goOn = 'To go on: run the same command again with --client-request-token t and --wait.';
    expect(lines(stderr)).toContain(goOn);
    expect(lines(stderr).at(-1)).toContain('Interrupted.');
  });

  test.each([
    ['5', 5_000],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    [undefined, 600_000],
  ])('--wait %s sets the limit of the wait', async (text, waitMs) => {
    const seen: unknown[] = [];
    const around: Terminal['around'] = () => (request) => {
      seen.push(request.waitMs);
      return Promise.resolve({ association: {} });
    };
    await run(creating('--wait', ...(text === undefined ? [] : [text])), { around });
    await run(creating(), { around });
    expect(seen).toEqual([waitMs, null]);
  });

  test.each(['', '10x', '-1', '1.5h', 'plan.json'])(
    '--wait=%s is not a duration, and nothing is sent',
    async (text) => {
      const { code, stderr } = await run(creating(`--wait=${text}`));
      expect(code).toBe(252);
      expect(stderr).toContain(
        `argument --wait: invalid duration '${text}': give seconds, or a number with s, m, h or d`,
      );
      expect(route.seen).toEqual([]);
    },
  );
});

describe('approvals', () => {
  test('approvals lists the pending ones of all clusters, and those of a cluster or a namespace by state', async () => {
    const page = (ids: readonly string[]) => ({
      status: 200,
      body: JSON.stringify({
        data: {
          approvals: {
            nodes: ids.map((id) => detailed('PENDING', { id })),
            pageInfo: { hasNextPage: false, endCursor: null },
          },
        },
      }),
    });
    route.faults.push(page(['a', 'b']), noPage, page([]), page([]));
    const listed = await run(['approvals', '--query', 'approvals[].[id, state, target.namespace, needs[0].group]']);
    expect(JSON.parse(listed.stdout)).toEqual(['a', 'b'].map((id) => [id, 'PENDING', 'payments', 'security']));
    await run(['approvals', '--cluster-name', 'apps-dev', '--namespace', 'payments', '--state', 'rejected']);
    await run(['approvals', '--cluster-name', 'apps-dev']);
    const [all, , some, cluster] = route.seen.map((seen) => variablesOf(seen)) as readonly object[];
    expect(all).toEqual({ first: 100 });
    expect(some).toMatchObject({
      scope: { cluster: { clusterName: 'apps-dev', namespace: 'payments' } },
      state: 'REJECTED',
    });
    expect(cluster).toMatchObject({ scope: { cluster: { clusterName: 'apps-dev' } } });
  });

  test('approvals of a namespace need the cluster', async () => {
    const { code, stderr } = await run(['approvals', '--namespace', 'payments']);
    expect({ code, stderr }).toMatchObject({ code: 252, stderr: expect.stringContaining('--cluster-name') });
    expect(route.seen).toEqual([]);
  });

  test('approval shows what is asked for, or that there is none to see', async () => {
    route.faults.push(polled(detailed('PENDING')), noPage, polled(null));
    const shown = await run(['approval', 'approval-1.key', '--query', 'approval.[request.roleArn, request.tags.team]']);
    expect(JSON.parse(shown.stdout)).toEqual([roleArn('payments/payments-api'), 'payments']);
    expect(variablesOf(route.seen[0])).toEqual({ id: 'approval-1.key' });
    const absent = await run(['approval', '--approval-id', 'other']);
    expect(absent).toMatchObject({ code: 254, stderr: expect.stringContaining('(ResourceNotFoundException)') });
  });

  test.each(['table', 'yaml', 'text'])('approval shows an approval with --output %s', async (format) => {
    route.faults.push(polled(detailed('APPROVED')));
    const { code, stdout } = await run(['approval', 'approval-1.key', '--output', format]);
    expect(code).toBe(0);
    for (const text of ['APPROVED', 'security', 'payments-api', 'Fine.']) expect(stdout).toContain(text);
  });

  test.each([
    ['approve', 'APPROVED'],
    ['reject', 'REJECTED'],
  ] as const)('%s sends the vote with its comment, and shows the approval', async (command, state) => {
    route.faults.push(voted(command, { approval: detailed(state) }));
    const { code, stdout } = await run([command, 'approval-1.key', '--comment', 'Fine.', '--query', 'approval.state']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `"${state}"\n` });
    expect(variablesOf(route.seen[0]).input).toEqual({ approvalId: 'approval-1.key', comment: 'Fine.' });
  });

  test.each([
    ['APPROVAL_NOT_FOUND', 'VoteRefused', 'ResourceNotFoundException'],
    ['APPROVAL_NOT_PENDING', 'VoteRefused', 'InvalidRequestException'],
    ['POLICY_DENIED', 'PolicyDenied', 'AccessDeniedException'],
  ])('a vote that is refused with %s is an error', async (code, __typename, exception) => {
    const refusal = { __typename, code, message: 'Not counted.', advice: null, retryable: false };
    route.faults.push(voted('approve', { refusal: { ...refusal, violations: [], owners: [] } }));
    const outcome = await run(['approve', 'approval-1.key']);
    expect(outcome).toMatchObject({ code: 254, stdout: '' });
    expect(outcome.stderr).toContain(`(${exception}) when calling the Approve operation: Not counted.`);
    expect(outcome.stderr).toContain(`Operation: o (${code})`);
  });

  test('approve without an approval is an error that names its option', async () => {
    const { code, stderr } = await run(['approve']);
    expect(code).toBe(252);
    expect(stderr).toContain('the following arguments are required: --approval-id\n');
  });
});

describe('the runbook of a leaked token', () => {
  const as = async (name: string) => ({
    environment: { POD_IDENTITY_ENDPOINT_URL: route.url, POD_IDENTITY_TOKEN: await gateway.tokenOf(name) },
  });
  /** Its commands as arguments, with other values in place of its examples. */
  const commandsOf = (values: Readonly<Record<string, string>>) =>
    runbookBlocks('## A leaked token or key', 'sh')
      .filter((block) => block.trimStart().startsWith('pod-identity '))
      .map((block) =>
        [...block.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|(\S+)/g)]
          .map(([, quoted, plain = '']) => quoted ?? plain)
          .map((word) => values[word] ?? word)
          .slice(1),
      );

  test('lists what the person has approved, and what became of it', async () => {
    const system = { clusterName: 'apps-prod', namespace: 'kube-system', serviceAccount: 'ebs-csi-controller-sa' };
    const input = { ...system, roleArn: roleArn('kube-system/ebs-csi'), tags: [{ key: 'team', value: 'platform' }] };
    const create = () => gateway.create({ ...input, clientRequestToken: 'system' }, 'pat');
    const document = `mutation ($input: CreatePodIdentityAssociationInput!) { createPodIdentityAssociation(input: $input) {
      refusal { ... on ApprovalRequired { approval { id } } } } }`;
    const asked = await gateway.send<{
      createPodIdentityAssociation: { refusal: { approval: { id: string } } };
    }>(document, { input: { ...input, clientRequestToken: 'system' } }, 'pat');
    const id = asked.data?.createPodIdentityAssociation.refusal.approval.id ?? '';
    expect(await run(['approve', id], await as('kim'))).toMatchObject({ code: 0 });
    const kim = 'https://issuer.example#kim';
    await lockOperations(gateway.deps.ledger).lock({ kind: 'PRINCIPAL', principalId: kim });
    expect(await create()).toMatchObject({ refusal: { code: 'APPROVAL_REQUIRED' } });

    const [approvalId = ''] = id.split('.');
    const commands = commandsOf({
      'https://issuer.example#alice': kim,
      'approval-01KB0ZJ4QW9V5N6T7X8Y9Z0A1B': approvalId,
    });
    expect(commands).toHaveLength(2);
    const printed: string[] = [];
    for (const args of commands) {
      const { code, stdout, stderr } = await run(args, await as('olivia'));
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      printed.push(stdout.replaceAll(/20\d\d-[\d:T.-]+(Z|\+00:00)/g, 'TIME'));
    }
    const [approved, became] = printed;
    expect(approved).toBe(`TIME\tapps-prod\tkube-system\tebs-csi-controller-sa\t${approvalId}\n`);
    expect(became).toMatch(
      /^TIME\tAPPROVAL_VOTE_VOIDED\tThe vote of https:\/\/issuer\.example#kim at TIME does not count/,
    );
  });
});
