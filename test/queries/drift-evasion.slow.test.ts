// Quick test: test/queries/drift.test.ts.
import { readWorld, startEksSimulator } from '#eks-simulator';
import type { EksSimulator } from '#eks-simulator';
import { makeDescriber } from '../../src/queries/terms/describer.ts';
import type { AssociationDrift } from '../../src/queries/drift/drift-in.ts';
import { associationDrift } from '../../src/queries/drift/drift.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import { operationTagKey } from '../../src/model/association.ts';
import type { AuditEvent } from '../../src/model/audit-event.ts';
import type { RequestIdentity } from '../../src/model/principal.ts';
import { makeRateLimiter } from '../../src/runtime/rate-limiter.ts';
import { readerOf } from '../support/cursors.ts';
import { home, input, openGateway, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { appendAll, auditEntryAt } from '../support/ledger-samples.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const alice: RequestIdentity = {
  principal: { id: 'https://issuer.example#alice', kind: 'USER', groups: ['payments-team'], sessionName: null },
  actor: null,
  sourceAddress: null,
  userAgent: null,
  apiRequestId: 'request',
};

// Each test changes an association directly at EKS, as somebody with credentials of AWS could, and tries to hide it.

const place = { clusterName: 'apps-dev', namespace: 'payments' };
const otherRole = roleArn('payments/payments-worker');

const checkDocument = `query ($input: CreatePodIdentityAssociationInput!) {
  checkCreatePodIdentityAssociation(input: $input) { auditEntry { operationId } }
}`;

describeOnLedger('drift detection on $name reports', ({ open }) => {
  let ledger: Ledger;
  let closeLedger: () => Promise<void>;
  let simulator: EksSimulator;
  let gateway: Gateway;
  /** How far the clock of the gateway and of EKS is ahead. */
  let skewMs: number;

  beforeEach(async () => {
    skewMs = 0;
    const clock = () => Date.now() + skewMs;
    ({ ledger, close: closeLedger } = await open());
    simulator = await startEksSimulator({ world: readWorld(), clock });
    const times = { listLagMs: 0, clockErrorMs: 30_000 };
    gateway = await openGateway({ ledger, simulator, times, change: (deps) => ({ ...deps, clock }) });
  });

  afterEach(async () => {
    await gateway.close();
    await simulator.close();
    await closeLedger();
  });

  /** The drift of the namespace, from all pages. */
  async function drift(deps = gateway.deps) {
    const describer = makeDescriber(deps, makeRateLimiter({ concurrency: 8, perSecond: 1_000 }, deps.clock));
    const bounds = { describer, deadline: deps.clock() + 10_000 };
    const found: AssociationDrift[] = [];
    for (let after: string | null = null; ;) {
      const result = await associationDrift(deps, readerOf(deps, alice), { ...place, after }, bounds);
      if (result.kind !== 'ok') throw new Error(JSON.stringify(result));
      found.push(...result.value.edges.map(({ node }) => node));
      if (!result.value.hasNextPage) return found;
      after = result.value.endCursor;
    }
  }

  const kinds = async () => (await drift()).map(({ kind }) => kind).sort();

  /** Fields in which the only association with drift differs. */
  const modifiedFields = async () => {
    const found = await drift();
    expect(found.map(({ kind }) => kind)).toEqual(['MODIFIED']);
    return found.flatMap(({ differences }) => differences.map(({ field }) => field));
  };

  /** The same of tags: until a while after the last change of the gateway, reads may show older ones. */
  const modifiedTags = async () => {
    skewMs += 60_000;
    return modifiedFields();
  };

  const ownTag = (operationId: string) => ({ team: 'payments', [operationTagKey]: operationId });

  /** Creates an association directly at EKS, by default for the service account of the gateway's requests. */
  const createOutside = (operationId: string, fields: object = {}) =>
    simulator.control.createAssociation({
      ...{ ...place, serviceAccount: input.serviceAccount, roleArn: otherRole, tags: ownTag(operationId) },
      ...fields,
    });

  const changeOutside = (associationId: string, changes: object) =>
    simulator.control.updateAssociation(associationId, changes);

  async function createThroughGateway(fields: object = {}) {
    const { association, auditEntry } = await gateway.create(fields);
    if (association === null) throw new Error('Not created.');
    const { associationId, associationArn } = association;
    return { associationId, associationArn, operationId: auditEntry.operationId };
  }

  /** Entries that a lease holder wrote about operations on an association, with these events. */
  async function appendChanges(associationArn: string, events: readonly AuditEvent[], times: number) {
    const target = { ...home, ...place, serviceAccount: input.serviceAccount };
    const [, associationId = ''] = associationArn.split(/.*\//);
    const request = { ...home, ...place, associationId, expectedModifiedAt: null, changes: {} };
    const fields = { target, associationArn, operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request } as const;
    const entries = Array.from({ length: times }, () => {
      const { operationId } = auditEntryAt(Date.now());
      return events.map((event) => auditEntryAt(Date.now(), { ...fields, operationId, event }));
    });
    await appendAll(ledger, entries.flat());
  }

  describe('an association that was created outside', () => {
    test('with the tag of an association that was created and deleted through the gateway', async () => {
      const { associationId, operationId } = await createThroughGateway();
      await gateway.remove({ associationId });
      createOutside(operationId);
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test('with the tag and the settings of one that was deleted outside', async () => {
      const { associationId, operationId } = await createThroughGateway();
      simulator.control.deleteAssociation(associationId);
      createOutside(operationId, { roleArn: input.roleArn });
      expect(await kinds()).toEqual(['DELETED', 'FORGED_TAG']);
    });

    test('with the tag of an operation in another cluster', async () => {
      const { operationId } = await createThroughGateway();
      const { associationId } = await createThroughGateway({ serviceAccount: 'other', clientRequestToken: 'other' });
      await gateway.remove({ associationId });
      createOutside(operationId, { serviceAccount: 'other' });
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test.each([
      ['account', { accountId: '444455556666' }],
      ['region', { region: 'eu-west-1' }],
      ['cluster', { clusterName: 'apps-prod' }],
    ])('with the tag of an open operation in another %s', async (_, elsewhere) => {
      const target = { ...home, ...place, serviceAccount: input.serviceAccount, ...elsewhere };
      const entry = auditEntryAt(Date.now(), { target });
      await ledger.appendEntry(entry);
      createOutside(entry.operationId);
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test('with the tag of a denied request', async () => {
      const { auditEntry } = await gateway.create({ roleArn: roleArn('search/search-api') });
      expect(auditEntry.event).toBe('DENIED');
      createOutside(auditEntry.operationId);
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test('with the tag of a dry run', async () => {
      const { clientRequestToken: _, ...create } = input;
      interface Data {
        checkCreatePodIdentityAssociation: { auditEntry: { operationId: string } };
      }
      const { data } = await gateway.send<Data>(checkDocument, { input: create });
      const operationId = data?.checkCreatePodIdentityAssociation.auditEntry.operationId ?? '';
      expect(await gateway.events(operationId)).toEqual(['CHECKED']);
      createOutside(operationId);
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test('with the tag of an operation that was released', async () => {
      simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'throttle' });
      const { auditEntry } = await gateway.create();
      expect(await gateway.events(auditEntry.operationId)).toEqual(['INTENT', 'RELEASED']);
      createOutside(auditEntry.operationId, { roleArn: input.roleArn });
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test('with the tag of an operation that EKS refused', async () => {
      const { associationId } = createOutside('');
      const { auditEntry } = await gateway.create();
      expect(auditEntry.event).toBe('REFUSED');
      simulator.control.deleteAssociation(associationId);
      createOutside(auditEntry.operationId, { roleArn: input.roleArn });
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test('with the tag of an update of the same service account', async () => {
      const { associationId } = await createThroughGateway();
      simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      const { auditEntry } = await gateway.update({ associationId, roleArn: otherRole });
      expect(await gateway.events(auditEntry.operationId)).toEqual(['INTENT', 'UNKNOWN']);
      simulator.control.deleteAssociation(associationId);
      createOutside(auditEntry.operationId);
      expect(await kinds()).toEqual(['DELETED', 'FORGED_TAG']);
    });

    test('with the tag of an operation with more entries than a request can read', async () => {
      const { associationId, operationId } = await createThroughGateway();
      await gateway.remove({ associationId });
      createOutside(operationId);
      const [intent] = await ledger.operationEntries(operationId);
      for (let index = 0; index < 12; index += 1) {
        const { entryId, time } = auditEntryAt(Date.now() + 1_000);
        await ledger.appendEntry(auditEntryAt(0, { ...intent, entryId, time, event: 'LATE_SUCCESS', fence: 1 }));
      }
      expect(await kinds()).toEqual(['FORGED_TAG']);
    });

    test('after a create through the gateway was refused because of it', async () => {
      simulator.control.createAssociation({
        ...{ ...place, serviceAccount: input.serviceAccount, roleArn: otherRole },
      });
      expect(await gateway.create()).toMatchObject({ refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' } });
      expect(await kinds()).toEqual(['UNMANAGED']);
    });

    test('while an update of it is open', async () => {
      const { associationId } = simulator.control.createAssociation({
        ...{ ...place, serviceAccount: input.serviceAccount, roleArn: otherRole },
      });
      simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      expect(await gateway.update({ associationId, roleArn: input.roleArn })).toMatchObject({
        status: 'IN_PROGRESS',
      });
      expect(await kinds()).toEqual(['UNMANAGED']);
    });
  });

  describe('a change outside', () => {
    test.each([
      ['the target role', { targetRoleArn: roleArn('payments/payments-target') }, 'targetRoleArn'],
      ['session tags', { disableSessionTags: true }, 'disableSessionTags'],
      [
        'the session policy',
        { policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' },
        'policy',
      ],
    ])('of %s only', async (_, changes, field) => {
      const { associationId } = await createThroughGateway();
      changeOutside(associationId, changes);
      expect(await modifiedFields()).toEqual([field]);
    });

    test('of a session policy to one with duplicate keys, of which only the last is as requested', async () => {
      const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}';
      const { associationId } = await createThroughGateway({ policy, disableSessionTags: true });
      changeOutside(associationId, { policy: policy.replace('"Action"', '"Action":"*","Action"') });
      expect(await modifiedFields()).toEqual(['policy']);
    });

    test('that removes the ownership tag', async () => {
      const { associationId } = await createThroughGateway();
      changeOutside(associationId, { tags: { team: 'payments' } });
      expect(await modifiedTags()).toEqual([`tags.${operationTagKey}`]);
    });

    test('that replaces the ownership tag by that of another operation', async () => {
      const { associationId } = await createThroughGateway();
      const other = await createThroughGateway({ serviceAccount: 'other', clientRequestToken: 'other' });
      changeOutside(associationId, { tags: ownTag(other.operationId) });
      expect(await modifiedTags()).toEqual([`tags.${operationTagKey}`]);
    });

    test('that replaces the ownership tag by that of another operation of the same request', async () => {
      const { associationId, operationId } = await createThroughGateway();
      const [intent] = await ledger.operationEntries(operationId);
      const earlier = auditEntryAt(Date.now());
      const { entryId, time } = earlier;
      await ledger.appendEntry(
        auditEntryAt(Date.now(), { ...intent, operationId: earlier.operationId, entryId, time }),
      );
      changeOutside(associationId, { tags: ownTag(earlier.operationId) });
      expect(await modifiedTags()).toEqual([`tags.${operationTagKey}`]);
    });

    test('that adds a tag with the prefix of the gateway', async () => {
      const { associationId, operationId } = await createThroughGateway();
      changeOutside(associationId, { tags: { ...ownTag(operationId), 'pod-identity-gateway/owner': 'search' } });
      expect(await modifiedTags()).toEqual(['tags.pod-identity-gateway/owner']);
    });

    test('of tags, after an update through the gateway that many refused ones preceded', async () => {
      const { associationId, associationArn, operationId } = await createThroughGateway();
      await appendChanges(associationArn, ['INTENT', 'REFUSED'], 60);
      await gateway.update({ associationId, roleArn: otherRole });
      changeOutside(associationId, { tags: { ...ownTag(operationId), team: 'search' } });
      expect(await modifiedTags()).toEqual(['tags.team']);
    });

    test('that was undone before drift was read', async () => {
      const { associationId } = await createThroughGateway();
      skewMs = 60_000;
      changeOutside(associationId, { roleArn: otherRole });
      changeOutside(associationId, { roleArn: input.roleArn });
      expect(await modifiedFields()).toEqual(['modifiedAt']);
    });

    test('before which the token of the create was sent again', async () => {
      const { associationId } = await createThroughGateway();
      changeOutside(associationId, { roleArn: otherRole });
      expect((await gateway.create()).auditEntry.event).toBe('REPLAYED');
      expect(await modifiedFields()).toEqual(['roleArn']);
    });

    test('while an update of another setting is in doubt', async () => {
      const { associationId } = await createThroughGateway();
      simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-after' });
      await gateway.update({ associationId, disableSessionTags: true });
      expect(await kinds()).toEqual([]);
      changeOutside(associationId, { roleArn: otherRole });
      expect(await modifiedFields()).toEqual(['roleArn']);
    });

    test('of the setting that an update in doubt changes, to another value', async () => {
      const { associationId } = await createThroughGateway();
      simulator.control.addFault({ operation: 'UpdatePodIdentityAssociation', kind: 'cut-before' });
      await gateway.update({ associationId, roleArn: otherRole });
      expect(await kinds()).toEqual([]);
      changeOutside(associationId, { roleArn: roleArn('search/search-api') });
      expect(await modifiedFields()).toEqual(['roleArn']);
    });

    test('while the create is in doubt', async () => {
      simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
      await gateway.create();
      expect(await kinds()).toEqual([]);
      const [created] = simulator.control.associations();
      changeOutside(created?.associationId ?? '', { roleArn: otherRole });
      expect(await modifiedFields()).toEqual(['roleArn']);
    });
  });

  describe('a deletion outside', () => {
    test('after more refused changes of the association than one read examines', async () => {
      const { associationId, associationArn } = await createThroughGateway();
      await appendChanges(associationArn, ['INTENT', 'REFUSED'], 520);
      simulator.control.deleteAssociation(associationId);
      expect(await kinds()).toEqual(['DELETED']);
    });

    test('after which the token of the create was sent again', async () => {
      const { associationId } = await createThroughGateway();
      simulator.control.deleteAssociation(associationId);
      expect((await gateway.create()).auditEntry.event).toBe('REPLAYED');
      expect(await kinds()).toEqual(['DELETED']);
    });
  });

  describe('as not examined', () => {
    /** A ledger that returns one entry of an association or operation per page, as a trail with very many entries does. */
    const withManyPages = (): Dependencies => {
      const readTrail: Ledger['readTrail'] = (query) =>
        ledger.readTrail(query.partition.kind === 'namespace' ? query : { ...query, limit: 1 });
      return { ...gateway.deps, ledger: { ...ledger, readTrail } };
    };

    test('an association with more entries of changes than a request can read', async () => {
      const { associationArn, associationId } = await createThroughGateway();
      await appendChanges(associationArn, ['INTENT', 'REFUSED'], 10);
      expect(await drift(withManyPages())).toMatchObject([{ kind: 'NOT_EXAMINED', association: { associationArn } }]);
      simulator.control.deleteAssociation(associationId);
      expect(await drift(withManyPages())).toMatchObject([{ kind: 'NOT_EXAMINED', association: null }]);
    });
  });

  describe('nothing', () => {
    test('about a change outside before an update of another setting, whose entry has it as what policy judged', async () => {
      const { associationId } = await createThroughGateway();
      changeOutside(associationId, { roleArn: otherRole });
      expect(await gateway.update({ associationId, disableSessionTags: true })).toMatchObject({
        status: 'SUCCEEDED',
      });
      expect(await kinds()).toEqual([]);
    });

    test('about an update that only a superseded lease holder knows to be done', async () => {
      const { associationId, associationArn, operationId } = await createThroughGateway();
      const [intent] = await ledger.operationEntries(operationId);
      const operation = 'UPDATE_POD_IDENTITY_ASSOCIATION';
      const request = { ...home, ...place, associationId, expectedModifiedAt: null, changes: { roleArn: otherRole } };
      const { entryId, time, operationId: later } = auditEntryAt(Date.now() + 10);
      const entry = { ...intent, operation, request, associationArn, event: 'LATE_SUCCESS' } as const;
      await ledger.appendEntry(auditEntryAt(Date.now(), { ...entry, entryId, time, operationId: later }));
      changeOutside(associationId, { roleArn: otherRole });
      expect(await kinds()).toEqual([]);
    });

    test('about a create and an update whose outcomes are known', async () => {
      const { associationId } = await createThroughGateway();
      await gateway.update({ associationId, roleArn: otherRole });
      skewMs = 3_600_000;
      expect(await kinds()).toEqual([]);
    });

    test('about an update whose outcome is recorded before that of the create', async () => {
      simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
      expect(await gateway.create()).toMatchObject({ status: 'IN_PROGRESS' });
      const [created] = simulator.control.associations();
      const update = { associationId: created?.associationId, roleArn: otherRole };
      expect(await gateway.update(update)).toMatchObject({ status: 'SUCCEEDED' });
      expect(await gateway.create()).toMatchObject({ status: 'SUCCEEDED' });
      expect(await kinds()).toEqual([]);
    });

    test('about a delete that is in doubt', async () => {
      const { associationId } = await createThroughGateway();
      simulator.control.addFault({ operation: 'DeletePodIdentityAssociation', kind: 'cut-after' });
      expect(await gateway.remove({ associationId })).toMatchObject({ status: 'IN_PROGRESS' });
      expect(await kinds()).toEqual([]);
    });
  });
});
