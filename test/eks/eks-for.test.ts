import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { makeEksFor } from '../../src/eks/eks-for.ts';
import type { EksForSettings } from '../../src/eks/eks-for.ts';
import { isSourceIdentity, sourceIdentityOf } from '../../src/eks/source-identity.ts';
import { makeMeter, meterFields, withMeter } from '../../src/runtime/meter.ts';
import { startAnsweringServer } from '../support/answering-server.ts';
import { startSts, stsError } from '../support/sts-server.ts';
import { association, call, principalId } from './eks-samples.ts';

const credentials = { accessKeyId: 'home', secretAccessKey: 'test' };
const region = 'eu-central-1';
const home = { accountId: '111122223333', regions: [region, 'eu-west-1'], roleArn: null, readRoleArn: null };
const roleIn = (accountId: string, name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const other = {
  accountId: '444455556666',
  regions: [region],
  roleArn: roleIn('444455556666', 'change'),
  readRoleArn: roleIn('444455556666', 'read'),
};
const executorRoleArn = roleIn(home.accountId, 'executor');

const settings: EksForSettings = {
  accounts: [home, other],
  home: { accountId: home.accountId, region },
  access: 'change',
  executorRoleArn: null,
  credentials,
  clock: Date.now,
};

test('throws for another account without a role to assume', () => {
  const accounts = [home, { ...other, roleArn: null, readRoleArn: null }];
  expect(() => makeEksFor({ ...settings, accounts })).toThrow('has no roleArn for account 444455556666');
});

test('throws with an executor role for another account without a role to read', () => {
  const accounts = [home, { ...other, readRoleArn: null }];
  expect(() => makeEksFor({ ...settings, accounts, executorRoleArn })).toThrow(
    'has no readRoleArn for account 444455556666, so reads would have the right to change',
  );
  expect(() => makeEksFor({ ...settings, accounts })).not.toThrow();
});

test.each([
  ['account', { accountId: '999988887777', region }],
  ['region', { accountId: home.accountId, region: 'us-east-1' }],
])('throws for a cluster whose %s is not in the inventory', (_, location) => {
  expect(() => makeEksFor(settings)({ ...location, clusterName: 'apps-dev' })).toThrow(
    'The inventory does not have account',
  );
});

describe('the credentials', () => {
  let sts: Awaited<ReturnType<typeof startSts>>;
  let eks: Awaited<ReturnType<typeof startAnsweringServer>>;

  beforeEach(async () => {
    sts = await startSts([executorRoleArn]);
    eks = await startAnsweringServer((response, { method }) =>
      response.end(JSON.stringify(method === 'POST' ? { association } : { associations: [] })),
    );
    process.env.AWS_ENDPOINT_URL_STS = sts.endpoint;
  });

  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await sts.stop();
    await eks.stop();
  });

  const open = (more: Partial<EksForSettings> = {}) => {
    const eksFor = makeEksFor({ ...settings, endpoint: eks.endpoint, ...more });
    const clusterIn = (accountId: string, place = region) => ({ accountId, region: place, clusterName: 'apps-dev' });
    return {
      list: (accountId: string, place = region) => {
        const cluster = clusterIn(accountId, place);
        const target = { ...cluster, namespace: 'a', serviceAccount: 'b' };
        return eksFor(cluster).list(target, { deadline: Date.now() + 3_000 });
      },
      create: (accountId: string, fields: Parameters<typeof call>[0] = {}) => {
        const cluster = clusterIn(accountId);
        return eksFor(cluster).create(call({ request: { ...call().request, ...cluster }, ...fields }));
      },
      remove: (accountId: string) => {
        const cluster = clusterIn(accountId);
        const request = { ...cluster, associationId: association.associationId, expectedModifiedAt: null };
        return eksFor(cluster).delete({ ...call(), request });
      },
    };
  };

  /** Who signed the last request to EKS. */
  const signer = () => /Credential=(\w+)\//.exec(eks.seen.at(-1)?.headers.authorization ?? '')?.[1] ?? '';

  describe('without an executor role', () => {
    test('the credentials without an executor role are the own ones in the own account, and of one session of the role in another', async () => {
      const { list, create } = open();
      await list(home.accountId);
      expect(signer()).toBe('home');
      await create(home.accountId);
      expect(signer()).toBe('home');
      await list(other.accountId);
      expect(sts.sessionOf(signer())).toMatchObject({
        ...{ roleArn: other.roleArn, signedBy: 'home', sourceIdentity: null, durationSeconds: 3_600 },
      });
      await create(other.accountId);
      await list(other.accountId);
      expect(sts.seen).toHaveLength(1);
    });

    test('the credentials without an executor role are of the role to read in a process that only reads', async () => {
      await open({ access: 'read' }).list(other.accountId);
      expect(sts.sessionOf(signer())).toMatchObject({ roleArn: other.readRoleArn });
      await open({ access: 'read', accounts: [home, { ...other, readRoleArn: null }] }).list(other.accountId);
      expect(sts.sessionOf(signer())).toMatchObject({ roleArn: other.roleArn });
    });

    test.each([
      ['gateway-prod-change', 'gateway-prod-expire'],
      ['gateway', 'gateway-expire'],
    ])(
      'the credentials of expiries are of a role of their own, for reads and deletes: %s, %s',
      async (name, expected) => {
        const served = { ...other, roleArn: roleIn(other.accountId, name) };
        const { list, remove } = open({ access: 'expire', accounts: [home, served] });
        await list(other.accountId);
        await remove(other.accountId);
        expect(sts.sessionOf(signer())).toMatchObject({
          ...{ roleArn: roleIn(other.accountId, expected), sourceIdentity: null },
        });
        expect(sts.seen).toHaveLength(1);
        await remove(home.accountId);
        expect(signer()).toBe('home');
      },
    );
  });

  describe('with an executor role', () => {
    const withExecutor = () => open({ executorRoleArn });

    test('of a change are those of a session that names the operation and the principal', async () => {
      const change = { operationId: '01J0000000000000000000000A' };
      expect(await withExecutor().create(home.accountId, change)).toMatchObject({ kind: 'done' });
      expect(sts.sessionOf(signer())).toEqual({
        roleArn: executorRoleArn,
        sessionName: '01J0000000000000000000000A',
        sourceIdentity: sourceIdentityOf(principalId),
        durationSeconds: 900,
        accessKeyId: signer(),
        signedBy: 'home',
        region,
      });
      expect(eks.seen.at(-1)?.headers['x-amz-security-token']).toBe('session');
    });

    test('of a change in another account are those of its own role, directly', async () => {
      await withExecutor().create(other.accountId);
      expect(sts.sessions).toHaveLength(1);
      expect(sts.sessionOf(signer())).toMatchObject({
        ...{ roleArn: other.roleArn, signedBy: 'home', sourceIdentity: sourceIdentityOf(principalId) },
      });
    });

    test('of a read have no right to change, in any account', async () => {
      const { list } = withExecutor();
      await list(home.accountId);
      expect(signer()).toBe('home');
      await list(other.accountId);
      expect(sts.sessionOf(signer())).toMatchObject({ roleArn: other.readRoleArn, sourceIdentity: null });
    });

    test('of expiries are those of sessions of their own role: of a change as others, of reads in the name of the gateway', async () => {
      const { list, remove } = open({ executorRoleArn, access: 'expire' });
      await list(other.accountId);
      const roleArn = roleIn(other.accountId, 'change-expire');
      expect(sts.sessionOf(signer())).toMatchObject({
        ...{ roleArn, sourceIdentity: sourceIdentityOf('pod-identity-gateway/expire') },
      });
      await remove(other.accountId);
      expect(sts.sessionOf(signer())).toMatchObject({ roleArn, sourceIdentity: sourceIdentityOf(principalId) });
      await remove(home.accountId);
      expect(sts.sessionOf(signer())).toMatchObject({ roleArn: executorRoleArn });
    });

    test('the credentials with an executor role are requested in the region of the gateway, wherever the cluster is', async () => {
      const { list } = open({ executorRoleArn, accounts: [home, { ...other, regions: ['eu-south-2'] }] });
      await list(other.accountId, 'eu-south-2');
      expect(sts.sessions).toMatchObject([{ region }]);
    });

    test('serve all calls of an operation, and no other operation', async () => {
      const { create } = withExecutor();
      await create(home.accountId, { operationId: '01J0000000000000000000000A' });
      await create(home.accountId, { operationId: '01J0000000000000000000000A' });
      expect(sts.sessions).toHaveLength(1);
      await create(home.accountId, { operationId: '01J0000000000000000000000B' });
      expect(sts.sessions.map(({ sessionName }) => sessionName)).toEqual([
        '01J0000000000000000000000A',
        '01J0000000000000000000000B',
      ]);
    });

    test('of operations at the same time are not mixed', async () => {
      const { create } = withExecutor();
      const ids = ['A', 'B', 'C', 'D'].map((letter) => `01J000000000000000000000${letter}0`);
      await Promise.all(
        ids.map((operationId) => create(home.accountId, { operationId, principalId: `issuer#${operationId}` })),
      );
      for (const { body, headers } of eks.seen) {
        const [, accessKeyId] = /Credential=(\w+)\//.exec(headers.authorization ?? '') ?? [];
        const session = sts.sessionOf(accessKeyId);
        const { clientRequestToken } = JSON.parse(body) as { clientRequestToken: string };
        expect(clientRequestToken).toBe(`pod-identity-gateway-${session?.sessionName ?? ''}`);
        expect(session?.sourceIdentity).toBe(sourceIdentityOf(`issuer#${session?.sessionName ?? ''}`));
      }
      expect(eks.seen).toHaveLength(4);
    });

    test.each([
      [403, 'AccessDenied', 'CREDENTIALS_DENIED', 1],
      [400, 'ValidationError', 'CREDENTIALS_DENIED', 1],
      [403, 'RegionDisabledException', 'CREDENTIALS_DENIED', 1],
      [400, 'Throttling', 'CREDENTIALS_UNAVAILABLE', 3],
      [503, 'ServiceUnavailable', 'CREDENTIALS_UNAVAILABLE', 3],
    ])(
      'the credentials with an executor role are missing after status %i %s of STS: %s, and nothing is sent to EKS',
      async (status, code, outcome, attempts) => {
        sts.answerInstead((response) => stsError(response, status, code, 'Not now.'));
        expect(await withExecutor().create(home.accountId)).toEqual({
          kind: 'rejected',
          outcome,
          error: { exception: code, message: 'Not now.', requestId: null },
        });
        expect(sts.seen).toHaveLength(attempts);
        expect(eks.seen).toEqual([]);
      },
    );

    test('the credentials with an executor role are missing where STS can’t be reached, or ends the connection', async () => {
      sts.answerInstead((response) => response.destroy());
      const unavailable = { kind: 'rejected', outcome: 'CREDENTIALS_UNAVAILABLE' };
      expect(await withExecutor().create(home.accountId)).toMatchObject(unavailable);
      process.env.AWS_ENDPOINT_URL_STS = 'http://127.0.0.1:1';
      expect(await withExecutor().create(home.accountId)).toMatchObject(unavailable);
      expect(eks.seen).toEqual([]);
    });

    test('the credentials with an executor role are missing after an answer without credentials', async () => {
      sts.answerInstead((response) => response.end('<AssumeRoleResponse/>'));
      expect(await withExecutor().create(home.accountId)).toMatchObject({
        ...{ kind: 'rejected', outcome: 'CREDENTIALS_UNAVAILABLE' },
        error: { message: 'AWS STS returned no credentials.' },
      });
    });

    test('the credentials with an executor role are waited for until the deadline of the change', async () => {
      sts.answerInstead(() => undefined);
      const { create } = withExecutor();
      expect(await create(home.accountId, { deadline: Date.now() + 200 })).toMatchObject({
        ...{ kind: 'rejected', outcome: 'CREDENTIALS_UNAVAILABLE' },
      });
      expect(await create(home.accountId, { deadline: Date.now() - 1 })).toMatchObject({
        ...{ kind: 'rejected', outcome: 'CREDENTIALS_UNAVAILABLE' },
      });
      expect(eks.seen).toEqual([]);
    });

    test('the credentials with an executor role are requested again after a failure', async () => {
      const { create } = withExecutor();
      sts.answerInstead((response) => stsError(response, 403, 'AccessDenied', 'No.'));
      expect(await create(home.accountId)).toMatchObject({ outcome: 'CREDENTIALS_DENIED' });
      sts.answerInstead(null);
      await create(home.accountId);
      expect(eks.seen).toHaveLength(1);
    });
  });
});

test('measures the calls of STS', async () => {
  const sts = await startSts([executorRoleArn]);
  const eks = await startAnsweringServer((response) => response.end(JSON.stringify({ associations: [] })));
  process.env.AWS_ENDPOINT_URL_STS = sts.endpoint;
  try {
    const cluster = { accountId: other.accountId, region, clusterName: 'apps-dev' };
    const meter = makeMeter();
    const query = { namespace: 'a', serviceAccount: 'b', nextToken: null };
    const read = makeEksFor({ ...settings, endpoint: eks.endpoint })(cluster);
    await withMeter(meter, () => read.page(query, { deadline: Date.now() + 3_000 }));
    expect(meterFields(meter)).toMatchObject({ stsCalls: 1, stsSlowestMs: expect.any(Number), eksCalls: 1 });
  } finally {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await sts.stop();
    await eks.stop();
  }
});

/** What STS accepts (AssumeRole in its API reference). */
const accepted = /^[\w+=,.@-]{2,64}$/;

test.each([
  ['https://issuer.example#alice'],
  ['iam:111122223333:role/AWSReservedSSO_PlatformAdmin_0123456789abcdef/pat'],
  [''],
  ['aws:admin'],
  ['https://issuer.example#Ω漢😀\u0000\n<>&"\''],
  [`https://issuer.example#${'ä'.repeat(1_024)}`],
  ['\ud800'],
])('the source identity of %j has the form that STS accepts', (principalId) => {
  expect(sourceIdentityOf(principalId)).toMatch(accepted);
  expect(isSourceIdentity(sourceIdentityOf(principalId))).toBe(true);
});

test('every source identity has the form that STS accepts, and contains no part of the id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 33, maxLength: 2_048 }), (principalId) => {
      expect(sourceIdentityOf(principalId)).toMatch(/^principal-[0-9a-f]{32}$/);
    }),
  );
});

test('a source identity can be computed with sha256sum', () => {
  const digest = createHash('sha256').update('https://issuer.example#alice', 'utf8').digest('hex');
  expect(sourceIdentityOf('https://issuer.example#alice')).toBe(`principal-${digest.slice(0, 32)}`);
});

test('ids that differ in little have different ones', () => {
  const ids = ['a#alice', 'a#alicia', 'a#Alice', 'a#alice ', 'b#alice'];
  expect(new Set(ids.map(sourceIdentityOf)).size).toBe(ids.length);
});

test.each(['', 'principal-', 'principal-0123', `principal-${'g'.repeat(32)}`, `user-${'0'.repeat(32)}`])(
  '%j is not a source identity',
  (text) => expect(isSourceIdentity(text)).toBe(false),
);
