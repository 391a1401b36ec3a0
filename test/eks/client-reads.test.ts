import { readWorld, startEksSimulator } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { connectEks, eksOf } from '../../src/eks/client.ts';
import { makeEksFor } from '../../src/eks/eks-for.ts';
import type { RoleResult } from '../../src/eks/eks.ts';
import { rememberRoles, roleMs } from '../../src/eks/remembered-roles.ts';
import { readList } from '../../src/queries/terms/list-pages.ts';
import { makeClockCheck } from '../../src/runtime/clock-check.ts';
import { answerError, startAnsweringServer } from '../support/answering-server.ts';
import { association, call, cluster, credentials, incompleteBody, request, withServer } from './eks-samples.ts';

const firstId = association.associationId;
const secondId = 'a-22222222222222222';

function arnOf(associationId: string, accountId = cluster.accountId) {
  const { region, clusterName } = cluster;
  const associationArn = `arn:aws:eks:${region}:${accountId}:podidentityassociation/${clusterName}/${associationId}`;
  return { associationId, associationArn };
}

/** A summary, as EKS's list has it. */
function summaryOf(associationId: string) {
  const { clusterName, namespace, serviceAccount } = association;
  return { clusterName, namespace, serviceAccount, ...arnOf(associationId) };
}

describe('a read', () => {
  const deadline = () => ({ deadline: Date.now() + 2_000 });

  test('lists all pages of one service account', () =>
    withServer(
      (response, { path }) => {
        const isSecond = path.includes('nextToken=more');
        const associations = [summaryOf(isSecond ? secondId : firstId)];
        response.end(JSON.stringify({ associations, ...(isSecond ? {} : { nextToken: 'more' }) }));
      },
      async (eks, { seen }) => {
        expect(await eks.list(request, deadline())).toEqual({ kind: 'listed', associationIds: [firstId, secondId] });
        expect(seen[0]?.path).toBe(
          '/clusters/apps-dev/pod-identity-associations?maxResults=100&namespace=payments&serviceAccount=api',
        );
      },
    ));

  test('distinguishes an absent association from a failure', () =>
    withServer(
      (response, { path }) =>
        path.endsWith('a-none')
          ? answerError(response, 404, 'ResourceNotFoundException', 'None.')
          : answerError(response, 403, 'AccessDeniedException', 'No.'),
      async (eks) => {
        expect(await eks.describe('a-none', deadline())).toEqual({ kind: 'absent' });
        expect(await eks.describe('a-other', deadline())).toMatchObject({ kind: 'failed', error: { message: 'No.' } });
        expect(await eks.list(request, deadline())).toMatchObject({ kind: 'failed' });
        const first = { namespace: null, serviceAccount: null, nextToken: null };
        expect(await eks.page(first, deadline())).toMatchObject({ kind: 'failed', error: { message: 'No.' } });
      },
    ));

  test('reports an incomplete response as a failure, not as an absent association', () =>
    withServer(
      (response, { path }) =>
        response.end(
          path.endsWith('a-1') ? incompleteBody : JSON.stringify({ associations: [{ associationId: 'a-1' }] }),
        ),
      async (eks) => {
        const incomplete = { kind: 'failed', error: { exception: 'UnexpectedResponse' } };
        expect(await eks.describe('a-1', deadline())).toMatchObject(incomplete);
        const first = { namespace: null, serviceAccount: null, nextToken: null };
        expect(await eks.page(first, deadline())).toMatchObject(incomplete);
      },
    ));

  test('leaves no timer until its deadline, which would keep all that it had', () =>
    withServer(
      (response) => answerError(response, 404, 'ResourceNotFoundException', 'None.'),
      async (eks) => {
        const [set, clear] = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'clearTimeout')];
        await eks.describe('a-none', { deadline: Date.now() + 60_000 });
        await eks.list(request, { deadline: Date.now() + 60_000 });
        const made = set.mock.results.filter((_, index) => Number(set.mock.calls[index]?.[1]) > 50_000);
        const cleared = clear.mock.calls.map(([timer]) => timer);
        for (const spy of [set, clear]) spy.mockRestore();
        expect(made.length).toBeGreaterThanOrEqual(2);
        expect(cleared).toEqual(expect.arrayContaining(made.map(({ value }) => value as unknown)));
      },
    ));

  test('is not repeated after its deadline, also if the process was stopped in between', async () => {
    let now = Date.now();
    const server = await startAnsweringServer((response) => {
      now += 3_600_000;
      answerError(response, 500, 'ServerException', 'Try again.');
    });
    const connection = connectEks({
      ...{ region: 'eu-central-1', endpoint: server.endpoint, credentials },
      clock: () => now,
    });
    const described = await eksOf(connection, cluster).describe(firstId, { deadline: now + 2_000 });
    expect(described).toMatchObject({ kind: 'failed', error: { exception: 'AbortError' } });
    expect(server.seen).toHaveLength(1);
    await server.stop();
  });

  test('shows by its answer that the clock is wrong: then no change is sent', async () => {
    const server = await startAnsweringServer((response) => {
      response.setHeader('date', new Date(Date.now() - 600_000).toUTCString());
      response.end(JSON.stringify({ association }));
    });
    const clockCheck = makeClockCheck({ clock: Date.now, clockErrorMs: 30_000, log: () => undefined });
    const settings = { region: 'eu-central-1', endpoint: server.endpoint, credentials, clock: Date.now, clockCheck };
    const eks = eksOf(connectEks(settings), cluster);
    expect(await eks.describe(firstId, deadline())).toMatchObject({ kind: 'found' });
    const change = await eks.create(call());
    expect(change).toMatchObject({ kind: 'rejected', outcome: 'EKS_UNREACHABLE', error: { exception: 'ClockWrong' } });
    expect(server.seen).toHaveLength(1);
    await server.stop();
  });

  test('shows that the clock is wrong while a change is signed: then the change is not sent', async () => {
    const server = await startAnsweringServer((response) => response.end(JSON.stringify({ association })));
    const clockCheck = makeClockCheck({ clock: Date.now, clockErrorMs: 30_000, log: () => undefined });
    const judgeBy = clockCheck.sent();
    const session = {
      get accessKeyId() {
        judgeBy(new Date(Date.now() - 600_000).toUTCString());
        return credentials.accessKeyId;
      },
      secretAccessKey: credentials.secretAccessKey,
    };
    const settings = { region: 'eu-central-1', endpoint: server.endpoint, credentials, clock: Date.now, clockCheck };
    const eks = eksOf(connectEks({ ...settings, sessionFor: () => Promise.resolve(session) }), cluster);
    const change = await eks.create(call());
    expect(change).toMatchObject({ kind: 'rejected', outcome: 'EKS_UNREACHABLE', error: { exception: 'ClockWrong' } });
    expect(server.seen).toEqual([]);
    await server.stop();
  });

  const { createdAt: _, ...withoutTime } = association;

  test.each<[string, unknown]>([
    ['of another id', { ...association, ...arnOf(secondId) }],
    ['whose ARN is of another id', { ...association, associationArn: arnOf(secondId).associationArn }],
    [
      'whose ARN is of another account',
      { ...association, associationArn: arnOf(firstId, '444455556666').associationArn },
    ],
    ['of another cluster', { ...association, clusterName: 'apps-prod' }],
    ['without a cluster', { ...association, clusterName: null }],
    ['with a malformed id', { ...association, associationId: '../a' }],
    ['whose namespace is an object', { ...association, namespace: {} }],
    ['without the time of its creation', withoutTime],
    ['with a time that does not exist', { ...association, createdAt: 1e30 }],
    ['with a time that is a text', { ...association, modifiedAt: 'yesterday' }],
    ['with a tag that is not a text', { ...association, tags: { team: 1 } }],
    ['whose tags are a list', { ...association, tags: [1] }],
    ['with a session policy of 100,000 characters', { ...association, policy: 'x'.repeat(100_000) }],
    ['that is a text', 'association'],
    ['that is a list', []],
    ['that is null', null],
  ])('reports an association %s as a failure', (__, answer) =>
    withServer(
      (response) => response.end(JSON.stringify({ association: answer })),
      async (eks) => {
        const described = await eks.describe(association.associationId, deadline());
        expect(described).toMatchObject({ kind: 'failed', error: { exception: 'UnexpectedResponse' } });
      },
    ),
  );

  test('returns an association of the greatest size', () =>
    withServer(
      (response) => {
        const key = (index: number) => '𝒜'.repeat(126) + String(index).padStart(2, '0');
        const tags = Object.fromEntries(Array.from({ length: 50 }, (___, index) => [key(index), '𝒜'.repeat(256)]));
        response.end(JSON.stringify({ association: { ...association, tags, policy: '"'.repeat(2_048) } }));
      },
      async (eks) => {
        expect(await eks.describe(association.associationId, deadline())).toMatchObject({ kind: 'found' });
      },
    ));

  const first = { namespace: null, serviceAccount: null, nextToken: null };

  test.each<[string, unknown]>([
    ['without a list', {}],
    ['with null in place of a list', { associations: null }],
    ['with an object in place of a list', { associations: { length: 0 } }],
    ['with a text in place of a list', { associations: '' }],
    ['that is a list', []],
    ['that is null', null],
    ['with a summary of another cluster', { associations: [{ ...summaryOf(firstId), clusterName: 'apps-prod' }] }],
    [
      'with a summary whose ARN is of another id',
      { associations: [{ ...summaryOf(firstId), ...{ associationId: secondId } }] },
    ],
    ['with a summary without a namespace', { associations: [{ ...summaryOf(firstId), namespace: undefined }] }],
    ['with a summary that is a text', { associations: ['a'] }],
    ['with an empty page token', { associations: [], nextToken: '' }],
    ['with a page token that is a number', { associations: [], nextToken: 7 }],
  ])('reports a list response %s as a failure, not as an end of the list', (__, answer) =>
    withServer(
      (response) => response.end(JSON.stringify(answer)),
      async (eks, { seen }) => {
        const failed = { kind: 'failed', error: { exception: 'UnexpectedResponse' } };
        expect(await eks.list(request, deadline())).toMatchObject(failed);
        expect(await eks.page(first, deadline())).toMatchObject(failed);
        expect(seen).toHaveLength(2);
      },
    ),
  );

  test('reports an empty body of a list response as a failure', () =>
    withServer(
      (response) => response.end(),
      async (eks) => expect(await eks.list(request, deadline())).toMatchObject({ kind: 'failed' }),
    ));

  test('reports a listed association of another service account as a failure', () =>
    withServer(
      (response) => {
        const associations = [summaryOf(firstId), { ...summaryOf(secondId), serviceAccount: 'api-2' }];
        response.end(JSON.stringify({ associations }));
      },
      async (eks) => expect(await eks.list(request, deadline())).toMatchObject({ kind: 'failed' }),
    ));

  test.each([
    ['the token of the same page', ['one', 'one'], 2],
    ['the token of an earlier page', ['one', 'two', 'one'], 3],
  ])('ends at a page with %s, which proves no absence', (__, tokens, calls) =>
    withServer(
      (response, { path }) => {
        const at = tokens.findIndex((token) => path.includes(`nextToken=${token}`)) + 1;
        response.end(JSON.stringify({ associations: [], nextToken: tokens[at] }));
      },
      async (eks, { seen }) => {
        const failed = { kind: 'failed', error: { exception: 'UnexpectedResponse' } };
        expect(await eks.list(request, deadline())).toMatchObject(failed);
        expect(seen).toHaveLength(calls);
        const read = await readList(eks, { ...first, start: null, limit: 100 }, deadline(), Date.now);
        expect(read).toMatchObject(failed);
        expect(seen).toHaveLength(2 * calls);
      },
    ),
  );

  test('distinguishes a cluster that does not exist from an empty list', () =>
    withServer(
      (response) => answerError(response, 404, 'ResourceNotFoundException', 'No cluster found for name: apps-dev.'),
      async (eks) => {
        expect(await eks.list(request, deadline())).toMatchObject({ kind: 'cluster-not-found' });
        expect(await eks.page(first, deadline())).toMatchObject({ kind: 'cluster-not-found' });
      },
    ));

  test.each([
    ['an HTML page', '<html>Not found</html>'],
    ['JSON', '{"message":"not found"}'],
    ['nothing', ''],
  ])('does not take the 404 of a proxy with %s for an answer of EKS', (__, body) =>
    withServer(
      (response) => response.writeHead(404).end(body),
      async (eks) => {
        const error = {
          exception: 'UnexpectedResponse',
          message: 'The response with HTTP status 404 does not have the format of AWS.',
        };
        expect(await eks.describe(firstId, deadline())).toMatchObject({ kind: 'failed', error });
        expect(await eks.list(request, deadline())).toMatchObject({ kind: 'failed', error });
        expect(await eks.page(first, deadline())).toMatchObject({ kind: 'failed', error });
      },
    ),
  );

  test('ends at its deadline', () =>
    withServer(
      () => undefined,
      async (eks) => {
        expect(await eks.list(request, { deadline: Date.now() + 200 })).toMatchObject({ kind: 'failed' });
        expect(await eks.describe('a-1', { deadline: Date.now() + 200 })).toMatchObject({ kind: 'failed' });
      },
    ));

  test('measures its deadline on the given clock', () =>
    withServer(
      (response) => response.end(JSON.stringify({ associations: [] })),
      async (_, { endpoint }) => {
        const clock = () => 1_000;
        const eks = eksOf(connectEks({ region: 'eu-central-1', endpoint, credentials, clock }), cluster);
        expect(await eks.list(request, { deadline: 4_000 })).toMatchObject({ kind: 'listed' });
        expect(await eks.list(request, { deadline: 1_000 })).toMatchObject({ kind: 'failed' });
      },
    ));
});

const deadline = () => ({ deadline: Date.now() + 2_000 });
const agent = 'eks-pod-identity-agent';

test.each([
  ['with EKS Auto Mode', { computeConfig: { enabled: true } }, true],
  ['with EKS Auto Mode turned off', { computeConfig: { enabled: false } }, false],
  ['without a compute configuration', {}, false],
])('reads a cluster %s', (_, fields, hasAutoMode) =>
  withServer(
    (response) => response.end(JSON.stringify({ cluster: { name: 'apps-dev', status: 'UPDATING', ...fields } })),
    async (eks, { seen }) => {
      expect(await eks.describeCluster(deadline())).toEqual({ kind: 'found', status: 'UPDATING', hasAutoMode });
      expect(seen[0]?.path).toBe('/clusters/apps-dev');
    },
  ),
);

test('reads the status of an add-on', () =>
  withServer(
    (response) =>
      response.end(JSON.stringify({ addon: { addonName: agent, clusterName: 'apps-dev', status: 'DEGRADED' } })),
    async (eks, { seen }) => {
      expect(await eks.describeAddon(agent, deadline())).toEqual({ kind: 'found', status: 'DEGRADED' });
      expect(seen[0]?.path).toBe(`/clusters/apps-dev/addons/${agent}`);
    },
  ));

test('distinguishes an absent cluster and add-on from a failure', () =>
  withServer(
    (response, { path }) =>
      path.endsWith('/none') || path === '/clusters/apps-dev'
        ? answerError(response, 404, 'ResourceNotFoundException', 'None.')
        : answerError(response, 403, 'AccessDeniedException', 'No.'),
    async (eks) => {
      expect(await eks.describeCluster(deadline())).toEqual({ kind: 'absent' });
      expect(await eks.describeAddon('none', deadline())).toEqual({ kind: 'absent' });
      expect(await eks.describeAddon(agent, deadline())).toMatchObject({ kind: 'failed', error: { message: 'No.' } });
    },
  ));

test.each([
  ['incomplete', {}],
  ['of another cluster', { name: 'other', clusterName: 'other', addonName: agent, status: 'ACTIVE' }],
  ['of another type', { name: 'apps-dev', clusterName: 'apps-dev', addonName: agent, status: 7 }],
])('reports a response that is %s as a failure', (_, fields) =>
  withServer(
    (response) => response.end(JSON.stringify({ cluster: fields, addon: fields })),
    async (eks) => {
      const failed = { kind: 'failed', error: { exception: 'UnexpectedResponse' } };
      expect(await eks.describeCluster(deadline())).toMatchObject(failed);
      expect(await eks.describeAddon(agent, deadline())).toMatchObject(failed);
    },
  ),
);

test('sends no read after its deadline', () =>
  withServer(
    (response) => response.end('{}'),
    async (eks, { seen }) => {
      const late = { deadline: Date.now() - 1 };
      expect(await eks.describeCluster(late)).toMatchObject({ kind: 'failed' });
      expect(await eks.describeAddon(agent, late)).toMatchObject({ kind: 'failed' });
      expect(seen).toEqual([]);
    },
  ));

const roleArn = 'arn:aws:iam::111122223333:role/pods/payments/payments-api';

const role = (more: string, arn = roleArn) =>
  `<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Arn>${arn}</Arn>
  <AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%5D%7D</AssumeRolePolicyDocument>${more}</Role></GetRoleResult>
  <ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></GetRoleResponse>`;
const tag = (key: string, value = '') => `<member><Key>${key}</Key><Value>${value}</Value></member>`;
const tags = (...members: readonly string[]) => `<Tags>${members.join('')}</Tags>`;

async function read(xml: string): Promise<RoleResult | undefined> {
  let result: RoleResult | undefined;
  await withServer(
    (response) => response.setHeader('content-type', 'text/xml').end(xml),
    async (eks, { seen }) => {
      result = await eks.readRole(roleArn, deadline());
      expect(seen[0]?.body).toContain('RoleName=payments-api');
    },
  );
  return result;
}

test('reads trust policy, tags by their keys, and permissions boundary', async () => {
  const boundary = `<PermissionsBoundary><PermissionsBoundaryType>PermissionsBoundaryPolicy</PermissionsBoundaryType>
    <PermissionsBoundaryArn>arn:aws:iam::aws:policy/x</PermissionsBoundaryArn></PermissionsBoundary>`;
  expect(await read(role(tags(tag('team', 'payments'), tag('cost', '1')) + boundary))).toEqual({
    kind: 'found',
    trustPolicy: { Statement: [] },
    tags: [
      { key: 'cost', value: '1' },
      { key: 'team', value: 'payments' },
    ],
    permissionsBoundary: 'arn:aws:iam::aws:policy/x',
  });
});

test.each([
  ['without tags', ''],
  ['with an empty list of tags', '<Tags/>'],
])('reads a role %s', async (_what, more) => {
  expect(await read(role(more))).toMatchObject({ kind: 'found', tags: [], permissionsBoundary: null });
});

test('takes a role of another path for absent', async () => {
  expect(await read(role('', 'arn:aws:iam::111122223333:role/payments-api'))).toEqual({ kind: 'absent' });
});

test.each([
  ['more than 50 tags', tags(...Array.from({ length: 51 }, (_, index) => tag(`key-${index}`)))],
  ['a tag that is too long', tags(tag('team', 'x'.repeat(257)))],
  ['a boundary without a policy', '<PermissionsBoundary><x/></PermissionsBoundary>'],
])('does not guess what a role with %s has', async (_what, more) => {
  expect(await read(role(more))).toMatchObject({ kind: 'failed', error: { exception: 'UnexpectedResponse' } });
});

describe('remembered roles', () => {
  const home = { accountId: '111122223333', regions: ['eu-central-1'], roleArn: null, readRoleArn: null };
  const cluster = { accountId: home.accountId, region: 'eu-central-1', clusterName: 'apps-dev' };
  const roleArn = `arn:aws:iam::${home.accountId}:role/pods/remembered`;
  const trustPolicy = { Statement: [] };

  let simulator: EksSimulator;
  let now: number;

  beforeEach(async () => {
    simulator = await startEksSimulator({ world: readWorld() });
    now = Date.now();
  });

  afterEach(() => simulator.close());

  function openEks() {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const settings = {
      accounts: [home],
      home: { accountId: home.accountId, region: 'eu-central-1' },
      access: 'change' as const,
      executorRoleArn: null,
      endpoint: simulator.url,
      credentials,
    };
    return rememberRoles(makeEksFor({ ...settings, clock: Date.now }), () => now);
  }

  const bounds = () => ({ deadline: Date.now() + 5_000 });
  const calls = () => simulator.control.requests('GetRole').length;
  const teamOf = async (eksFor: ReturnType<typeof openEks>, arn = roleArn) => {
    const read = await eksFor(cluster).readRole(arn, bounds());
    return read.kind === 'found' ? (read.tags[0]?.value ?? null) : read.kind;
  };

  test('reads a role once in ten seconds, for all clusters', async () => {
    const eksFor = openEks();
    simulator.control.addRole({ arn: roleArn, trustPolicy, tags: { team: 'a' } });
    expect(await teamOf(eksFor)).toBe('a');
    simulator.control.addRole({ arn: roleArn, trustPolicy, tags: { team: 'b' } });
    now += roleMs - 1;
    expect(await eksFor({ ...cluster, clusterName: 'apps-prod' }).readRole(roleArn, bounds())).toMatchObject({
      tags: [{ key: 'team', value: 'a' }],
    });
    expect(calls()).toBe(1);
    now += 1;
    expect(await teamOf(eksFor)).toBe('b');
    expect(calls()).toBe(2);
  });

  test('reads a role again that was absent or could not be read', async () => {
    const eksFor = openEks();
    expect(await teamOf(eksFor)).toBe('absent');
    simulator.control.addFault({ operation: 'GetRole', kind: 'access-denied' });
    expect(await teamOf(eksFor)).toBe('failed');
    simulator.control.addRole({ arn: roleArn, trustPolicy, tags: { team: 'a' } });
    expect(await teamOf(eksFor)).toBe('a');
  });

  test('forgets the oldest of more than 200 roles', async () => {
    const eksFor = openEks();
    const arns = Array.from({ length: 201 }, (_, index) => `${roleArn}-${index}`);
    for (const arn of arns) simulator.control.addRole({ arn, trustPolicy });
    for (const arn of arns) await teamOf(eksFor, arn);
    expect(calls()).toBe(201);
    await teamOf(eksFor, arns[200]);
    await teamOf(eksFor, arns[1]);
    expect(calls()).toBe(201);
    await teamOf(eksFor, arns[0]);
    expect(calls()).toBe(202);
  });
});
