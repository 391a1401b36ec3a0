import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { LedgerUnavailable } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { readLagMs } from '../support/changes.ts';
import { openForEachTest } from '../support/each-test.ts';
import { home, input, openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedgers } from '../support/ledgers.ts';

describeOnLedgers(
  'the adoption of an association that appeared after the first scan of its cluster on $name',
  ({ open }) => {
    let ledger: Ledger;
    let gateway: Gateway;

    openForEachTest((opened) => ({ gateway, ledger } = opened), { open });

    /** Records that the cluster was scanned completely, for the first time now. */
    const scanned = () => {
      const at = gateway.clock.now();
      const times = {
        startedAt: at,
        endedAt: at,
        completedAt: at,
        firstCompletedAt: at,
        incompleteSince: null,
        leaseUntil: at,
      };
      const scan = { cluster: { ...home, clusterName: input.clusterName }, fence: 1, ...times, failure: null };
      return (ledger as Ledger & ObservationStore).putClusterScan(0, scan);
    };
    const outsider = () => {
      const { clusterName, namespace, serviceAccount, roleArn } = input;
      gateway.clock.skip(readLagMs);
      const made = gateway.simulator.control.createAssociation({
        ...{ clusterName, namespace, serviceAccount, roleArn, tags: { team: 'payments' } },
      });
      gateway.clock.skip(readLagMs);
      return made;
    };
    const alarms = () => gateway.logged.filter(({ fields }) => fields.firstScanAt !== undefined);
    const isCounted = () => gateway.logged.some(({ fields }) => fields.lateAdoptions === 1);
    const notice = /It was created at \S+, after the first scan of its cluster at \S+: check who made it\./;

    test('is logged, counted and said in the entry', async () => {
      await scanned();
      const { associationId, associationArn } = outsider();
      const { status, auditEntry } = await gateway.adopt({ associationId });
      expect({ status, message: auditEntry.message }).toEqual({
        status: 'SUCCEEDED',
        message: expect.stringMatching(notice) as string,
      });
      const { operationId } = auditEntry;
      expect(alarms()).toMatchObject([{ level: 'warn', fields: { operationId, associationArn } }]);
      expect(isCounted()).toBe(true);
    });

    test('is logged once, also where the answer is replayed', async () => {
      await scanned();
      const request = { associationId: outsider().associationId, clientRequestToken: 'adopt' };
      await gateway.adopt(request);
      expect(await gateway.adopt(request)).toMatchObject({ replayed: true });
      expect(alarms()).toHaveLength(1);
    });

    test('is logged of a create that adopts it', async () => {
      await scanned();
      outsider();
      const { auditEntry } = await gateway.create({ ifExists: 'ADOPT' }, 'pat');
      expect(auditEntry.message).toMatch(notice);
      expect([alarms().length, isCounted()]).toEqual([1, true]);
    });

    test('is foreseen by a dry run, which logs nothing', async () => {
      await scanned();
      const { associationId } = outsider();
      const document = `query ($input: AdoptPodIdentityAssociationInput!) {
      checkAdoptPodIdentityAssociation(input: $input) { auditEntry { message } }
    }`;
      const { data } = await gateway.send(
        document,
        { input: { clusterName: input.clusterName, associationId } },
        'pat',
      );
      expect(JSON.stringify(data)).toMatch(notice);
      expect(alarms()).toEqual([]);
    });

    test('is assumed if it cannot be read whether the cluster was scanned', async () => {
      const { associationId } = outsider();
      const broken = await openGateway({
        ...{ ledger, clock: gateway.clock, simulator: gateway.simulator },
        change: (deps) => ({
          ...deps,
          ledger: { ...ledger, getClusterScan: () => Promise.reject(new LedgerUnavailable(new Error('down'))) },
        }),
      });
      const { status, auditEntry } = await broken.adopt({ associationId });
      expect(status).toBe('SUCCEEDED');
      expect(auditEntry.message).toMatch(/whether it appeared after the first scan of its cluster is not known/);
      expect(broken.logged.filter(({ fields }) => fields.firstScanAt === null)).toHaveLength(1);
      await broken.close();
    });

    test.each<[string, () => Promise<string>]>([
      [
        'is older than the scan',
        async () => {
          const { associationId } = outsider();
          await scanned();
          return associationId;
        },
      ],
      ['is in a cluster that was never scanned completely', () => Promise.resolve(outsider().associationId)],
      [
        'was created by the gateway',
        async () => {
          await scanned();
          gateway.clock.skip(readLagMs);
          const { association } = await gateway.create();
          gateway.clock.skip(readLagMs);
          return association?.associationId ?? '';
        },
      ],
    ])('is not said of one that %s', async (_, prepare) => {
      const { status, auditEntry } = await gateway.adopt({ associationId: await prepare() });
      expect(status).toBe('SUCCEEDED');
      expect(auditEntry.message).not.toContain('first scan');
      expect([alarms(), isCounted()]).toEqual([[], false]);
    });

    test('is said of one with the copied tag of an association that the gateway created', async () => {
      await scanned();
      gateway.clock.skip(readLagMs);
      const { association, auditEntry } = await gateway.create();
      gateway.simulator.control.deleteAssociation(association?.associationId ?? '');
      const { clusterName, namespace, serviceAccount, roleArn } = input;
      const tags = { 'pod-identity-gateway/operation': auditEntry.operationId };
      const copy = gateway.simulator.control.createAssociation({
        clusterName,
        namespace,
        serviceAccount,
        roleArn,
        tags,
      });
      gateway.clock.skip(readLagMs);
      const { auditEntry: adopted } = await gateway.adopt({ associationId: copy.associationId });
      expect(adopted.message).toMatch(notice);
    });
  },
);
