// Quick test: test/queries/drift.test.ts.
import { defaultScanSettings, scan } from '../../src/observations/scan.ts';
import type { AssociationReads } from '../../src/ledger/association-history.ts';
import type { ObservationStore } from '../../src/ledger/cluster-scan.ts';
import { noFilters } from '../../src/ledger/ledger.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { operationTagKey } from '../../src/model/association.ts';
import { openForAllTests } from '../support/each-test.ts';
import { home, input, roleArn, withoutRateLimit } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { describeOnLedger } from '../support/ledgers.ts';

const document = `query ($source: DriftSource, $namespace: String, $first: Int, $after: String) {
  associationDrift(clusterName: "apps-dev", namespace: $namespace, source: $source, first: $first, after: $after) {
    nodes {
      kind associationArn observedAt driftId association { serviceAccount tags { key } auditTrail { nodes { event } } }
      differences { field requested existing }
    }
    coverage { isKnown scannedAt failure }
    pageInfo { hasNextPage endCursor }
  }
}`;

interface Drift {
  readonly kind: string;
  readonly associationArn: string;
  readonly observedAt: string | null;
  readonly driftId: string | null;
  readonly association: { readonly serviceAccount: string } | null;
  readonly differences: readonly { readonly field: string; readonly requested: string; readonly existing: string }[];
}
interface Page {
  readonly nodes: readonly Drift[];
  readonly coverage: { readonly isKnown: boolean; readonly scannedAt: string | null } | null;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const hours = 3_600_000;
const place = { clusterName: 'apps-dev', namespace: 'payments' };
const worker = roleArn('payments/payments-worker');
const policy = '{"Version":"2012-10-17","Statement":[]}';

let gateway: Gateway;
let ledger: Ledger & ObservationStore & AssociationReads;

/** One association: how it begins, what is done to it, and the kinds and fields of drift that this is. */
interface Case {
  readonly begins: (serviceAccount: string) => Promise<unknown>;
  readonly change?: (association: Made) => unknown;
  /** What is done after a scan saw the change. */
  readonly then?: (association: Made) => unknown;
  readonly drift: readonly string[];
  /** What a comparison with EKS reports, where it is not the same. */
  readonly eks?: readonly string[];
}
type Made = ReturnType<Gateway['simulator']['control']['associations']>[number];

const createThroughGateway = async (serviceAccount: string) =>
  expect(await gateway.create({ serviceAccount, clientRequestToken: serviceAccount })).toMatchObject({
    status: 'SUCCEEDED',
  });
const createOutside = (serviceAccount: string, fields: object = {}) =>
  Promise.resolve(
    gateway.simulator.control.createAssociation({
      ...{ ...place, serviceAccount, roleArn: input.roleArn, tags: { team: 'payments' }, ...fields },
    }),
  );
const update = (fields: object) => (made: Made) =>
  gateway.simulator.control.updateAssociation(made.associationId, fields);
const remove = ({ associationId }: Made) => gateway.simulator.control.deleteAssociation(associationId);
const adopt = async ({ associationId }: Made) => {
  const clientRequestToken = `adopt-${associationId}-${gateway.clock.now()}`;
  expect(await gateway.adopt({ associationId, clientRequestToken })).toMatchObject({ status: 'SUCCEEDED' });
};
const forgedTag = { [operationTagKey]: '01KASA3V5T0000000000000001' };
const ownerArn = `arn:aws:eks:${home.region}:${home.accountId}:addon/apps-dev/vpc-cni/0123`;

const cases: Readonly<Record<string, Case>> = {
  'an association that nobody changed': { begins: createThroughGateway, drift: [] },
  'one that was created outside': { begins: createOutside, drift: ['UNMANAGED'] },
  'one with a forged ownership tag': {
    begins: (name) => createOutside(name, { tags: forgedTag }),
    drift: ['FORGED_TAG'],
  },
  'one of an add-on': { begins: (name) => createOutside(name, { ownerArn }), drift: ['UNMANAGED'] },
  'one that was created outside, and is gone': { begins: createOutside, change: remove, drift: [] },
  'another role': { begins: createThroughGateway, change: update({ roleArn: worker }), drift: ['MODIFIED roleArn'] },
  'a target role': {
    begins: createThroughGateway,
    change: update({ targetRoleArn: roleArn('payments/payments-target') }),
    drift: ['MODIFIED targetRoleArn'],
  },
  'no session tags': {
    begins: createThroughGateway,
    change: update({ disableSessionTags: true }),
    drift: ['MODIFIED disableSessionTags'],
  },
  'a session policy': {
    begins: createThroughGateway,
    change: update({ policy, disableSessionTags: true }),
    drift: ['MODIFIED disableSessionTags policy'],
  },
  'no tags at all': {
    begins: createThroughGateway,
    change: update({ tags: {} }),
    drift: [`MODIFIED tags.${operationTagKey} tags.team`],
  },
  'a change that was undone': {
    begins: createThroughGateway,
    change: (made) => {
      update({ roleArn: worker })(made);
      update({ roleArn: input.roleArn })(made);
    },
    drift: ['MODIFIED modifiedAt'],
  },
  'a deletion outside': { begins: createThroughGateway, change: remove, drift: ['DELETED'] },
  'a deletion through the gateway': {
    begins: createThroughGateway,
    change: ({ associationId }) => gateway.remove({ associationId, clientRequestToken: 'delete' }),
    drift: [],
  },
  'one that was deleted and created again outside': {
    begins: createThroughGateway,
    change: (made) => {
      remove(made);
      return createOutside(made.serviceAccount);
    },
    drift: ['DELETED', 'UNMANAGED'],
  },
  'one that was created again with another role and the tag of the first': {
    begins: createThroughGateway,
    change: (made) => {
      remove(made);
      return createOutside(made.serviceAccount, { roleArn: worker, tags: made.tags });
    },
    drift: ['DELETED', 'FORGED_TAG'],
  },
  'one that was created again through the gateway': {
    begins: createThroughGateway,
    change: remove,
    then: ({ serviceAccount }) => gateway.create({ serviceAccount, clientRequestToken: 'again' }),
    drift: [],
    eks: ['DELETED'],
  },
  'one that was created again with the settings and the tag of the first': {
    begins: createThroughGateway,
    change: (made) => {
      remove(made);
      return createOutside(made.serviceAccount, { tags: made.tags });
    },
    drift: ['DELETED', 'FORGED_TAG'],
  },
  'another role, before an update of something else through the gateway': {
    begins: createThroughGateway,
    change: update({ roleArn: worker }),
    then: ({ associationId }) =>
      gateway.update({ associationId, disableSessionTags: true, clientRequestToken: 'update' }),
    drift: [],
  },
  'another role, while a create is in doubt': {
    begins: async (serviceAccount) => {
      gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-after' });
      await gateway.create({ serviceAccount, clientRequestToken: serviceAccount });
    },
    change: update({ roleArn: worker }),
    drift: ['MODIFIED roleArn'],
  },
  'one that was adopted': { begins: createOutside, change: adopt, drift: [] },
  'one that was adopted before a change': {
    begins: async (name) => adopt(await createOutside(name)),
    change: update({ roleArn: worker, tags: { team: 'other' } }),
    drift: ['MODIFIED roleArn tags.team'],
  },
  'one that was adopted again after a change': {
    begins: createThroughGateway,
    change: update({ roleArn: worker }),
    then: adopt,
    drift: [],
  },
};
const nameOf = (index: number) => `case-${index}`;

/** Scans when everything is due again, and no operation can still act. */
async function scanAll() {
  gateway.clock.skip(25 * hours);
  const deps = { ...gateway.deps, observations: ledger, wait: () => Promise.resolve() };
  expect(await scan(deps, defaultScanSettings, gateway.clock.now() + 50_000)).toMatchObject({
    unreadable: 0,
    incomplete: 0,
  });
}

async function page(variables: object, as = 'pat') {
  return gateway.send<{ associationDrift: Page }>(document, { namespace: 'payments', ...variables }, as);
}

/** All pages. */
async function driftOf(source: string, first = 1_000): Promise<Drift[]> {
  const found: Drift[] = [];
  for (let after: string | null = null; ;) {
    const { data, errors }: Awaited<ReturnType<typeof page>> = await page({ source, first, after });
    if (!data) throw new Error(JSON.stringify(errors));
    const { nodes, pageInfo } = data.associationDrift;
    found.push(...nodes);
    if (!pageInfo.hasNextPage) return found;
    after = pageInfo.endCursor;
  }
}

describeOnLedger('associationDrift of what scans saw, on $name,', ({ open }) => {
  const times = { listLagMs: 0, clockErrorMs: 1_000 };
  openForAllTests((opened) => ({ gateway, ledger } = opened), { open, times, change: withoutRateLimit });

  /** The names of service accounts by the ARNs of their associations, of all that ever were. */
  const names = new Map<string, string>();
  let eks: Drift[];
  let scanned: Drift[];
  let early: Awaited<ReturnType<typeof page>>;
  const associationOf = (serviceAccount: string) =>
    gateway.simulator.control.associations().find((one) => one.serviceAccount === serviceAccount);
  const keepNames = () => {
    for (const { associationArn, serviceAccount } of gateway.simulator.control.associations()) {
      names.set(associationArn, serviceAccount);
    }
  };
  const each = async (step: 'change' | 'then') => {
    const entries = Object.values(cases).entries();
    for (const [index, one] of entries) {
      const association = associationOf(nameOf(index)) ?? ({ serviceAccount: nameOf(index) } as Made);
      await one[step]?.(association);
    }
    keepNames();
  };

  beforeAll(async () => {
    for (const [index, { begins }] of Object.values(cases).entries()) await begins(nameOf(index));
    keepNames();
    early = await page({ source: 'SCAN' });
    await scanAll();
    await each('change');
    await scanAll();
    await each('then');
    gateway.simulator.control.clearRequests();
    scanned = await driftOf('SCAN', 3);
    expect(gateway.simulator.control.requests()).toEqual([]);
    eks = await driftOf('EKS');
  });

  const of = (found: readonly Drift[], name: string) =>
    found
      .filter(({ associationArn }) => names.get(associationArn) === name)
      .map(({ kind, differences }) =>
        [
          kind,
          differences
            .map(({ field }) => field)
            .sort()
            .join(' '),
        ]
          .join(' ')
          .trim(),
      )
      .sort();

  const named = Object.entries(cases).map(([title, one], index) => ({ title, name: nameOf(index), ...one }));

  test.each(named.filter((one) => one.eks === undefined))(
    'says what a comparison with EKS says: $title',
    ({ name, drift }) => {
      expect({ scanned: of(scanned, name), eks: of(eks, name) }).toEqual({ scanned: drift, eks: drift });
    },
  );

  test.each(named.filter((one) => one.eks !== undefined))(
    'says less than a comparison with EKS: $title',
    ({ name, drift, ...one }) => {
      expect({ scanned: of(scanned, name), eks: of(eks, name) }).toEqual({ scanned: drift, eks: one.eks });
    },
  );

  test('names the values that differ, from the associations that operations left', () => {
    const differing = (found: Drift[]) =>
      found
        .filter(({ associationArn }) => !named.some((one) => one.eks && one.name === names.get(associationArn)))
        .flatMap(({ differences }) => differences.map((one) => ({ ...one })))
        .map((one) => JSON.stringify(one.field === 'modifiedAt' ? { ...one, requested: null } : one))
        .sort();
    expect(differing(scanned)).toEqual(differing(eks));
    expect(differing(scanned).join()).toContain(`"requested":"${input.roleArn}","existing":"${worker}"`);
  });

  test('has the time of each read and the id of the recorded drift, and no id where none is recorded', async () => {
    const [found] = scanned.filter(({ kind }) => kind === 'DELETED');
    expect(Date.parse(found?.observedAt ?? '')).toBeLessThan(gateway.clock.now());
    expect(eks.map(({ observedAt }) => observedAt)).toEqual(eks.map(() => null));
    expect(scanned.every(({ observedAt }) => observedAt !== null)).toBe(true);
    const scope = { operationId: found?.driftId };
    const trail = '($scope: AuditScope!) { auditTrail(scope: $scope) { nodes { event associationArn } } }';
    expect(await gateway.send(`query ${trail}`, { scope }, 'pat')).toMatchObject({
      data: { auditTrail: { nodes: [{ event: 'DRIFT_FOUND', associationArn: found?.associationArn }] } },
    });
    const old = scanned.find(({ associationArn }) => names.get(associationArn) === nameOf(1));
    expect(old).toMatchObject({ kind: 'UNMANAGED', driftId: null });
  });

  test('comes with what is known of the cluster, and from EKS without', async () => {
    const coverages = await Promise.all(['SCAN', 'EKS'].map(async (source) => (await page({ source })).data));
    expect(coverages.map((data) => data?.associationDrift.coverage)).toEqual([
      { isKnown: true, scannedAt: expect.any(String) as string, failure: null },
      null,
    ]);
  });

  test('raises no alarm and adds no entry: the scan did', async () => {
    const partition = { kind: 'all' } as const;
    const entries = async () =>
      (await ledger.readTrail({ ...noFilters, partition, limit: 1_000, before: null })).entries;
    const before = [
      (await entries()).length,
      gateway.logged.filter(({ message }) => message === 'Drift found.').length,
    ];
    gateway.logged.length = 0;
    expect((await driftOf('SCAN')).length).toBeGreaterThan(5);
    expect((await entries()).length).toBe(before[0]);
    expect(gateway.logged.filter(({ message }) => message === 'Drift found.')).toEqual([]);
    expect(gateway.logged.find(({ message }) => message === 'Request answered.')?.fields).not.toHaveProperty(
      'driftFound',
    );
  });

  test('fails before the first scan of the cluster ended, and says what to do', () => {
    expect(early.errors).toMatchObject([
      {
        message: expect.stringMatching(/^No scan of apps-dev has been completed\. Compare with EKS/) as string,
        extensions: { code: 'BAD_USER_INPUT', findings: [{ path: 'source', rule: 'scanned' }] },
      },
    ]);
  });

  test('needs the permissions of a comparison with EKS', async () => {
    for (const [variables, as] of [
      [{ namespace: 'search' }, 'alice'],
      [{ namespace: null }, 'alice'],
    ] as const) {
      const { errors } = await page({ source: 'SCAN', ...variables }, as);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await page({ source: 'SCAN' }, 'alice')).errors).toBeUndefined();
  });

  test('has cursors of its own, which a comparison with EKS refuses', async () => {
    const { data } = await page({ source: 'SCAN', first: 1 });
    const after = data?.associationDrift.pageInfo.endCursor;
    expect(await page({ source: 'EKS', after })).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    const { errors } = await page({ source: 'SCAN', after, namespace: 'search' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
