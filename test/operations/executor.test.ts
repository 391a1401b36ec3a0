import { sourceIdentityOf } from '../../src/eks/source-identity.ts';
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { issuer } from '../../packages/local-gateway/src/principals.ts';
import { addRoleAfterCreate } from '../support/changes.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { startSts, stsError } from '../support/sts-server.ts';

const executorRoleArn = 'arn:aws:iam::111122223333:role/pod-identity-gateway-prod-eu-central-1-executor';

describe('with an executor role', () => {
  let ledger: ReturnType<typeof makeSqliteLedger>;
  let sts: Awaited<ReturnType<typeof startSts>>;
  let gateway: Gateway;

  beforeEach(async () => {
    ledger = makeSqliteLedger({ file: ':memory:' });
    sts = await startSts([executorRoleArn]);
    process.env.AWS_ENDPOINT_URL_STS = sts.endpoint;
    gateway = await openGateway({ ledger, executorRoleArn });
  });

  afterEach(async () => {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await gateway.close();
    await sts.stop();
    ledger.close();
  });

  /** Each request to EKS: the operation, and the name of the session that signed it. */
  const signed = () =>
    gateway.simulator.control
      .requests()
      .map(({ operation, accessKeyId }) => [operation, sts.sessionOf(accessKeyId)?.sessionName ?? accessKeyId]);

  test('each change is sent in a session named after its operation, and each read with the own role', async () => {
    const created = await gateway.create();
    const associationId = created.association?.associationId;
    const updated = await gateway.update({ associationId, roleArn: roleArn('payments/payments-worker') });
    const deleted = await gateway.remove({ associationId });
    expect(signed()).toEqual([
      ['CreatePodIdentityAssociation', created.auditEntry.operationId],
      ['DescribePodIdentityAssociation', 'test'],
      ['UpdatePodIdentityAssociation', updated.auditEntry.operationId],
      ['DescribePodIdentityAssociation', 'test'],
      ['DeletePodIdentityAssociation', deleted.auditEntry.operationId],
    ]);
  });

  test('the session leads to the principal: by its name to the trail, by its source identity to the id', async () => {
    await gateway.create();
    const [session] = sts.sessions;
    const [entry] = await ledger.operationEntries(session?.sessionName ?? '');
    expect(entry?.principal.id).toBe(`${issuer}#alice`);
    expect(session?.sourceIdentity).toBe(sourceIdentityOf(`${issuer}#alice`));
  });

  test('queries, dry runs, denials, invalid input and replays assume no role', async () => {
    await gateway.create();
    expect(sts.sessions).toHaveLength(1);
    await gateway.create();
    await gateway.create({ namespace: 'search', roleArn: roleArn('search/search-api'), clientRequestToken: 'second' });
    await gateway.create({ namespace: '*', clientRequestToken: 'third' });
    await gateway.send(
      '{ podIdentityAssociations(clusterName: "apps-dev", namespace: "payments") { nodes { roleArn } } }',
    );
    await gateway.send(
      'query ($input: CreatePodIdentityAssociationInput!) { checkCreatePodIdentityAssociation(input: $input) { wouldBeAttempted } }',
      { input },
    );
    expect(sts.sessions).toHaveLength(1);
  });

  test('a create that is sent again until its role is visible has one session', async () => {
    const newRole = roleArn('payments/new');
    const { simulator } = gateway;
    const change = addRoleAfterCreate(simulator, newRole);
    const retrying = await openGateway({ ledger, simulator, executorRoleArn, times: { roleRetryMs: 4_000 }, change });
    const created = await retrying.create({ roleArn: newRole });
    expect(created).toMatchObject({ status: 'SUCCEEDED' });
    expect(gateway.sent()).toBe(2);
    expect(sts.sessions).toHaveLength(1);
  });

  test.each([
    [403, 'AccessDenied', 'GATEWAY_ACCESS_DENIED', 60],
    [503, 'ServiceUnavailable', 'EKS_UNREACHABLE', 5],
  ])(
    'a change without a session (%i %s) is refused with %s, and succeeds later',
    async (status, name, code, seconds) => {
      sts.answerInstead((response) => stsError(response, status, name, 'Not now.'));
      const first = await gateway.create();
      expect(first).toMatchObject({
        status: 'REFUSED',
        retryAfterSeconds: seconds,
        refusal: { __typename: 'EksRefused', code, retryable: true, exception: name, eksMessage: 'Not now.' },
        auditEntry: { event: 'RELEASED', message: 'The gateway got no credentials for EKS: Not now.' },
      });
      expect(gateway.sent()).toBe(0);
      expect((await ledger.operationEntries(first.auditEntry.operationId)).at(-1)).toMatchObject({
        eksRequestId: null,
      });
      sts.answerInstead(null);
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED', replayed: false });
    },
  );

  test('changes that never reach EKS leave the state of a service account as small as before, at once and after a scan', async () => {
    sts.answerInstead((response) => stsError(response, 503, 'ServiceUnavailable', 'Not now.'));
    const { clusterName, namespace, serviceAccount } = input;
    const openOperations = async () => {
      const state = await ledger.getAssociationState({ ...home, clusterName, namespace, serviceAccount });
      return state?.openOperations.length;
    };
    for (let attempt = 0; attempt < 3; attempt += 1) await gateway.create();
    // What was released can't act any more.
    expect(await openOperations()).toBe(0);
    sts.answerInstead(null);
    gateway.clock.skip(15 * 60_000);
    const deps = { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() };
    await scan(deps, defaultScanSettings, gateway.clock.now() + 60_000);
    expect(await openOperations()).toBe(0);
  });

  test('a change whose session is not there in time is refused before its deadline, and nothing is sent', async () => {
    await gateway.close();
    gateway = await openGateway({ ledger, executorRoleArn, times: { requestMs: 4_300, leaseMs: 6_000 } });
    sts.answerInstead(() => undefined);
    expect(await gateway.create()).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'EKS_UNREACHABLE' },
      auditEntry: { event: 'RELEASED' },
    });
    expect(gateway.sent()).toBe(0);
  });
});

test('without an executor role, STS is not called', async () => {
  const sts = await startSts();
  process.env.AWS_ENDPOINT_URL_STS = sts.endpoint;
  const ledger = makeSqliteLedger({ file: ':memory:' });
  const gateway = await openGateway({ ledger });
  try {
    await gateway.create();
    expect(gateway.simulator.control.requests()).toMatchObject([{ accessKeyId: 'test' }]);
    expect(sts.seen).toEqual([]);
  } finally {
    delete process.env.AWS_ENDPOINT_URL_STS;
    await gateway.close();
    ledger.close();
    await sts.stop();
  }
});
