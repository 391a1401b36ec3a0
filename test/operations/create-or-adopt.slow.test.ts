// Quick test: test/operations/adopt.test.ts.
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { delayCreates, inDoubtMs, readLagMs, reconcileNow } from '../support/changes.ts';
import { input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { openForEachTest } from '../support/each-test.ts';
import { describeOnLedger } from '../support/ledgers.ts';
import { lockOperations } from '../support/locks.ts';

const create = 'CreatePodIdentityAssociation';

describeOnLedger('createPodIdentityAssociation with ifExists: ADOPT on $name', ({ open }) => {
  let ledger: Ledger;
  let gateway: Gateway;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

  const document = `mutation ($input: CreatePodIdentityAssociationInput!) {
    create: createPodIdentityAssociation(input: $input) {
      status adopted replayed retryAfterSeconds
      association { associationId operationId tags { key value } }
      refusal {
        code message advice retryable
        ... on AssociationAlreadyExists { existing { associationId } differences { field } }
      }
      warnings { code message advice }
      auditEntry { event operationId fence message before { associationId } }
    }
  }`;

  interface Answer {
    readonly status: string;
    readonly adopted: boolean;
    readonly replayed: boolean;
    readonly association: { readonly associationId: string; readonly operationId: string | null } | null;
    readonly warnings: readonly { readonly code: string; readonly message: string }[];
    readonly refusal: { readonly code: string; readonly message: string; readonly advice: string } | null;
    readonly auditEntry: { readonly event: string; readonly operationId: string; readonly message: string | null };
  }

  const createOrAdopt = async (fields: object = {}, as = 'pat', { send } = gateway): Promise<Answer> => {
    const variables = { input: { ...input, ifExists: 'ADOPT', ...fields } };
    const answered = await send<{ create: Answer }>(document, variables, as);
    if (!answered.data) throw new Error(JSON.stringify(answered));
    return answered.data.create;
  };

  /** Creates an association directly at EKS: by default one that equals the request. */
  const outsider = (fields: object = {}) => {
    const { clusterName, namespace, serviceAccount } = input;
    const made = gateway.simulator.control.createAssociation({
      ...{ clusterName, namespace, serviceAccount, roleArn: input.roleArn, tags: { team: 'payments' } },
      ...fields,
    });
    gateway.clock.skip(readLagMs);
    return made;
  };

  test('creates the association where there is none', async () => {
    const created = await createOrAdopt();
    expect(created).toMatchObject({ status: 'SUCCEEDED', adopted: false });
    expect(created.association?.operationId).toBe(created.auditEntry.operationId);
    expect(created.warnings.map(({ code }) => code)).toEqual(['PODS_NOT_UPDATED']);
  });

  test('adopts an equal association that others made, also in replays, and changes nothing at EKS', async () => {
    const { associationId, associationArn } = outsider();
    const before = gateway.simulator.control.associations();
    const first = await createOrAdopt();
    expect(first).toMatchObject({
      status: 'SUCCEEDED',
      adopted: true,
      replayed: false,
      association: { associationId, operationId: null },
      refusal: null,
      warnings: [],
      auditEntry: { event: 'SUCCEEDED', before: { associationId } },
    });
    expect(first.auditEntry.message).toMatch(/already had an equal association, which was adopted.*platform-admins/);
    expect(gateway.simulator.control.associations()).toEqual(before);
    expect(await createOrAdopt()).toMatchObject({
      ...{ status: 'SUCCEEDED', adopted: true, replayed: true, association: first.association, warnings: [] },
    });
    const entries = await ledger.operationEntries(first.auditEntry.operationId);
    expect(entries).toMatchObject([
      { event: 'INTENT', before: null, request: { ifExists: 'ADOPT' } },
      { event: 'SUCCEEDED', before: { associationId }, associationArn, decision: { allowed: true } },
      { event: 'REPLAYED', before: null },
    ]);
    expect(gateway.sent()).toBe(1);
  });

  test('refuses an equal association if ifExists is REFUSE or absent', async () => {
    outsider();
    for (const ifExists of ['REFUSE', null, undefined]) {
      const refused = await createOrAdopt({ ifExists });
      expect(refused).toMatchObject({ adopted: false, refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    }
    // One token: the three mean the same. ADOPT is another request.
    expect(gateway.sent()).toBe(1);
    expect(await createOrAdopt()).toMatchObject({ refusal: { code: 'TOKEN_REUSED_WITH_DIFFERENT_INPUT' } });
  });

  test('warns of tags that differ from the request, also in replays', async () => {
    outsider({ tags: { team: 'payments', 'managed-by': 'terraform' } });
    const tags = [...input.tags, { key: 'stage', value: 'dev' }];
    for (const replayed of [false, true]) {
      const adopted = await createOrAdopt({ tags });
      expect(adopted).toMatchObject({ status: 'SUCCEEDED', adopted: true, replayed });
      expect(adopted.warnings).toMatchObject([
        { code: 'TAGS_DIFFER', message: expect.stringMatching(/stage, managed-by/) },
      ]);
    }
  });

  test.each([
    { what: 'role', fields: { roleArn: roleArn('payments/payments-worker') }, field: 'roleArn' },
    { what: 'session tags', fields: { disableSessionTags: true }, field: 'disableSessionTags' },
    { what: 'target role', fields: { targetRoleArn: 'arn:aws:iam::444455556666:role/other' }, field: 'targetRoleArn' },
    { what: 'session policy', fields: { disableSessionTags: false, policy: '{}' }, field: 'policy' },
  ])('refuses an association with another $what', async ({ fields, field }) => {
    const { associationId } = outsider(fields);
    const refused = await createOrAdopt();
    expect(refused).toMatchObject({
      status: 'REFUSED',
      adopted: false,
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS', existing: { associationId }, differences: [{ field }] },
    });
  });

  test('refuses an equal association that its principal may create but not adopt, and says so', async () => {
    const { associationId } = outsider();
    const refused = await createOrAdopt({}, 'alice');
    expect(refused).toMatchObject({
      status: 'REFUSED',
      refusal: { code: 'ASSOCIATION_ALREADY_EXISTS', retryable: false, existing: { associationId }, differences: [] },
      auditEntry: { event: 'REFUSED' },
    });
    expect(refused.refusal?.message).toMatch(
      /which equals this request\. It was not adopted, because policy denies that/,
    );
    expect(refused.refusal?.advice).toContain('Ask the platform admins to adopt the association.');
  });

  test('refuses an equal association that its principal may adopt but not view', async () => {
    outsider();
    const { simulator, clock } = gateway;
    const change = (deps: Dependencies): Dependencies => ({
      ...deps,
      authorize: (context, request) => {
        const decision = deps.authorize(context, request);
        return request.action === 'DescribePodIdentityAssociation' ? { ...decision, allowed: false } : decision;
      },
    });
    const hiding = await openGateway({ ledger, simulator, clock, change });
    const refused = await createOrAdopt({}, 'pat', hiding);
    expect(refused).toMatchObject({ status: 'REFUSED', association: null, auditEntry: { event: 'REFUSED' } });
    expect(refused.refusal?.message).toMatch(/It was not adopted, because policy denies that/);
    await hiding.close();
  });

  test('refuses an equal association that an EKS add-on owns', async () => {
    outsider({ ownerArn: 'arn:aws:eks:eu-central-1:111122223333:addon/apps-dev/vpc-cni/a1' });
    const { refusal } = await createOrAdopt();
    expect(refusal?.code).toBe('ASSOCIATION_ALREADY_EXISTS');
    expect(refusal?.message).toMatch(/not adopted.*add-on/);
  });

  test('can be sent again if the association is gone when it is read', async () => {
    outsider();
    const original = gateway.simulator;
    original.control.addFault({ operation: create, kind: 'lag', delayMs: 0 });
    const { associationId } = original.control.associations()[0] ?? {};
    const vanishing = await openGateway({
      ...{ ledger, clock: gateway.clock, simulator: original },
      change: (deps) => ({
        ...deps,
        eksFor: (cluster) => ({
          ...deps.eksFor(cluster),
          describe: (...call) => {
            original.control.deleteAssociation(associationId ?? '');
            return deps.eksFor(cluster).describe(...call);
          },
        }),
      }),
    });
    const variables = { input: { ...input, ifExists: 'ADOPT' } };
    const answered = await vanishing.send(document, variables, 'pat');
    await vanishing.close();
    expect(answered.data).toMatchObject({
      create: { status: 'REFUSED', refusal: { code: 'ASSOCIATION_ALREADY_EXISTS', retryable: true, existing: null } },
    });
    expect(await createOrAdopt()).toMatchObject({ status: 'SUCCEEDED', adopted: false });
  });

  test('does not adopt under a lock', async () => {
    outsider();
    const locks = lockOperations(ledger);
    await locks.lock({ kind: 'ALL' });
    expect(await createOrAdopt()).toMatchObject({ refusal: { code: 'CHANGES_LOCKED' } });
    await locks.lift({ kind: 'ALL' });
    expect(await createOrAdopt()).toMatchObject({ status: 'SUCCEEDED', adopted: true });
  });

  describe('in doubt', () => {
    test('is found as its own if it took effect', async () => {
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-after' });
      const first = await createOrAdopt();
      expect(first).toMatchObject({ status: 'IN_PROGRESS', adopted: false });
      expect(await createOrAdopt()).toMatchObject({
        ...{ status: 'SUCCEEDED', adopted: false, association: { operationId: first.auditEntry.operationId } },
      });
    });

    test('begins again and adopts an equal association that existed before, under a decision of its own', async () => {
      const { associationId } = outsider();
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      const first = await createOrAdopt();
      expect(await createOrAdopt()).toMatchObject({ status: 'IN_PROGRESS' });
      gateway.clock.skip(inDoubtMs);
      expect(await createOrAdopt()).toMatchObject({ status: 'IN_PROGRESS', auditEntry: { event: 'RELEASED' } });
      const last = await createOrAdopt();
      expect(last).toMatchObject({ status: 'SUCCEEDED', adopted: true, association: { associationId } });
      expect(last.auditEntry.operationId).not.toBe(first.auditEntry.operationId);
    });

    test('is released by the reconciler, which adopts nothing, where an equal association existed before', async () => {
      const { associationId } = outsider();
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      const { auditEntry } = await createOrAdopt();
      gateway.clock.skip(inDoubtMs);
      expect(await reconcileNow(gateway)).toMatchObject({ closed: 1 });
      expect(await gateway.events(auditEntry.operationId)).toEqual(['INTENT', 'UNKNOWN', 'TAKEN_OVER', 'RELEASED']);
      expect(await createOrAdopt()).toMatchObject({
        status: 'SUCCEEDED',
        adopted: true,
        association: { associationId },
      });
    });

    test('is refused where another association existed before', async () => {
      outsider({ roleArn: roleArn('payments/payments-worker') });
      gateway.simulator.control.addFault({ operation: create, kind: 'cut-before' });
      await createOrAdopt();
      gateway.clock.skip(inDoubtMs);
      expect(await createOrAdopt()).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
    });

    test('is undetermined where an equal association was created after it began, since it may have been replaced', async () => {
      const { change } = delayCreates();
      const late = await openGateway({ ledger, clock: gateway.clock, simulator: gateway.simulator, change });
      const variables = { input: { ...input, ifExists: 'ADOPT' } };
      await late.send(document, variables, 'pat');
      await late.close();
      outsider();
      gateway.clock.skip(inDoubtMs);
      expect(await createOrAdopt()).toMatchObject({ adopted: false, refusal: { code: 'OUTCOME_UNDETERMINED' } });
    });
  });

  test('shows no drift afterwards, of tags neither, until the association is changed outside', async () => {
    const { associationId } = outsider({ tags: { team: 'payments', 'managed-by': 'terraform' } });
    expect(await createOrAdopt()).toMatchObject({ status: 'SUCCEEDED', adopted: true });
    const drift = async () =>
      (
        await gateway.send(
          `{ associationDrift(clusterName: "apps-dev") { nodes { kind differences { field } } } }`,
          {},
          'pat',
        )
      ).data;
    expect(await drift()).toEqual({ associationDrift: { nodes: [] } });
    gateway.simulator.control.updateAssociation(associationId, { roleArn: roleArn('payments/payments-worker') });
    gateway.clock.skip(readLagMs);
    expect(await drift()).toMatchObject({
      associationDrift: { nodes: [{ kind: 'MODIFIED', differences: [{ field: 'roleArn' }] }] },
    });
  });

  test('a dry run says what would happen, and records only the check', async () => {
    const check = async (as: string, fields: object = {}) =>
      (
        await gateway.send(
          `query ($input: CreatePodIdentityAssociationInput!) {
            checked: checkCreatePodIdentityAssociation(input: $input) {
              wouldBeAttempted refusal { code message } existing { associationId } differences { field }
              auditEntry { event message }
            }
          }`,
          { input: { ...input, ifExists: 'ADOPT', ...fields } },
          as,
        )
      ).data;
    expect(await check('pat')).toMatchObject({
      checked: { wouldBeAttempted: true, existing: null, auditEntry: { message: 'The request would be sent to EKS.' } },
    });
    const { associationId } = outsider({ tags: {} });
    expect(await check('pat')).toMatchObject({
      checked: {
        ...{
          wouldBeAttempted: true,
          refusal: null,
          existing: { associationId },
          differences: [{ field: 'tags.team' }],
        },
        auditEntry: { event: 'CHECKED', message: expect.stringMatching(/^The request would record: .* adopted/) },
      },
    });
    expect(await check('alice')).toMatchObject({
      checked: {
        ...{ wouldBeAttempted: false, existing: { associationId } },
        refusal: { code: 'ASSOCIATION_ALREADY_EXISTS', message: expect.stringMatching(/not adopted/) },
      },
    });
    expect(await check('pat', { disableSessionTags: true })).toMatchObject({
      checked: { wouldBeAttempted: false, refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } },
    });
    expect(gateway.sent()).toBe(0);
  });
});
