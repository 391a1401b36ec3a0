// No quick test.
import { makeSqliteLedger } from '../../packages/sqlite-ledger/src/ledger.ts';
import { openGateway } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';
import { policyVersions } from '../support/held-requests.ts';
import { shippedVersion, versionOf, versionWith } from '../support/policy-versions.ts';

interface Text {
  readonly policyId: string;
  readonly effect: string;
  readonly annotations: readonly { readonly name: string; readonly value: string }[];
  readonly file: string;
  readonly text: string;
}

interface Compared {
  readonly policyId: string;
  readonly change: string | null;
  readonly inForce: Text | null;
  readonly before: Text | null;
}

interface Answer {
  readonly policies: {
    readonly nodes: readonly Compared[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly inForce: object;
    readonly comparedWith: object | null;
  } | null;
}

const text = 'policyId effect annotations { name value } file text';
const set = 'policySetHash version publishedAt publishedBy reason';
const document = `query ($first: Int, $after: String, $comparedWith: PolicyBaseline) {
  policies(first: $first, after: $after, comparedWith: $comparedWith) {
    nodes { policyId change inForce { ${text} } before { ${text} } }
    pageInfo { hasNextPage endCursor }
    inForce { ${set} }
    comparedWith { ${set} }
  }
}`;

const ours = (id: string, annotations = '') => `@id("${id}")${annotations}
@message("m")
@advice("a")
forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
when { resource.serviceAccount == "other" };`;
const open = ours('open', ' @readers("everyone")');
const hidden = ours('hidden');
const shipped = shippedVersion();
const guardrails = shipped.policies['guardrails.cedar'] ?? '';
const first = versionWith({ 'ours.cedar': `${open}\n${hidden}` });
/** One changed, one removed, one added. */
const second = versionWith({
  'guardrails.cedar': guardrails.replace('"karpenter",', '"karpenter", "our-controller",'),
  'ours.cedar': `${open}\n${hidden.replace('hidden', 'added')}`,
});

let ledger: ReturnType<typeof makeSqliteLedger>;
let gateway: Gateway;
let versions: ReturnType<typeof policyVersions>;

beforeEach(async () => {
  ledger = makeSqliteLedger({ file: ':memory:' });
  versions = policyVersions();
  gateway = await openGateway({
    ledger,
    versions: { store: versions.store, settings: { refreshMs: 0, maxAgeMs: 300_000 } },
  });
});

afterEach(async () => {
  await gateway.close();
  ledger.close();
});

/** Puts versions in force, one after the other. */
function publish(...all: readonly (typeof first)[]): void {
  for (const files of all) versions.publish(files);
  gateway.clock.skip(60_000);
}

const read = (variables: object = {}, as = 'olivia') =>
  gateway.send<Answer>(document, { first: 1_000, ...variables }, as);

async function policiesOf(variables: object = {}) {
  const { data, errors } = await read(variables);
  if (!data?.policies || errors) throw new Error(JSON.stringify(errors));
  return data.policies;
}

const changed = (nodes: readonly Compared[]) =>
  nodes.filter(({ change }) => change !== 'UNCHANGED').map(({ policyId, change }) => [policyId, change]);

test('the policies of the package are in force with their texts, and have nothing before them', async () => {
  const { nodes, inForce, comparedWith } = await policiesOf();
  expect(comparedWith).toBeNull();
  expect(inForce).toMatchObject({ version: null, publishedAt: null, publishedBy: null, reason: null });
  expect(new Set(nodes.map(({ change }) => change))).toEqual(new Set([null]));
  const ofFile = nodes.filter(({ inForce: one }) => one?.file === 'guardrails.cedar');
  expect(ofFile[0]?.inForce).toMatchObject({
    policyId: 'role-in-cluster-account',
    effect: 'FORBID',
    annotations: expect.arrayContaining([
      { name: 'message', value: 'The role in roleArn is not in the account of the cluster.' },
    ]) as unknown,
  });
  for (const { policyId, inForce: one, before } of nodes) {
    expect(one?.text).toContain(`@id("${policyId}")`);
    expect(shipped.policies[one?.file ?? '']).toContain(one?.text);
    expect(before).toBeNull();
  }
  expect(nodes.find(({ policyId }) => policyId === 'system-change-in-production')?.inForce?.annotations).toContainEqual(
    {
      name: 'approvers',
      value: 'platform-admins',
    },
  );
});

test('policies in force are compared with the version before, or with those of the package', async () => {
  publish(shipped, first, second);
  const { nodes, inForce, comparedWith } = await policiesOf();
  const { policySetHash, publishedAt, publishedBy, reason } = versionOf(2, second);
  expect(inForce).toEqual({ version: 2, policySetHash, publishedAt, publishedBy, reason });
  expect(comparedWith).toMatchObject({ version: 1, policySetHash: versionOf(1, first).policySetHash });
  expect(changed(nodes)).toEqual([
    ['no-system-namespaces', 'CHANGED'],
    ['added', 'ADDED'],
    ['hidden', 'REMOVED'],
  ]);
  const controllers = nodes.find(({ change }) => change === 'CHANGED');
  expect(controllers?.inForce?.text).toContain('our-controller');
  expect(controllers?.before?.text).not.toContain('our-controller');
  expect(nodes.at(-1)).toMatchObject({ inForce: null, before: { file: 'ours.cedar', text: hidden } });

  const ofPackage = await policiesOf({ comparedWith: 'PACKAGE' });
  expect(ofPackage.comparedWith).toMatchObject({ version: null, policySetHash: versionOf(0, shipped).policySetHash });
  expect(changed(ofPackage.nodes)).toEqual([
    ['no-system-namespaces', 'CHANGED'],
    ['open', 'ADDED'],
    ['added', 'ADDED'],
  ]);
});

test('pages of policies have each one once', async () => {
  publish(shipped, first, second);
  const all = await policiesOf();
  const found: string[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo } = await policiesOf({ first: 10, after });
    expect(nodes.length).toBeLessThanOrEqual(10);
    found.push(...nodes.map(({ policyId }) => policyId));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  expect(found).toEqual(all.nodes.map(({ policyId }) => policyId));
  expect((await read({ first: 0 })).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

test('policies are compared with nothing if the version before is not stored any more or can’t be read', async () => {
  publish(first, second);
  const { getPolicies } = versions.store;
  const { versionHash } = (await versions.store.getVersion(0)) ?? { versionHash: '' };
  for (const content of [null, new Uint8Array([1])]) {
    versions.store.getPolicies = async (hash) =>
      hash === versionHash ? content && { hash, content } : await getPolicies(hash);
    const { nodes, comparedWith } = await policiesOf();
    expect(comparedWith).toBeNull();
    expect(changed(nodes)).toHaveLength(nodes.length);
  }
});

test('policies are only for principals that may read the whole audit trail: they name groups and namespaces of others', async () => {
  const { data, errors } = await read({}, 'alice');
  expect(data).toEqual({ policies: null });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

describe('policy', () => {
  const one = `query ($policyId: String!, $policySetHash: String) {
    policy(policyId: $policyId, policySetHash: $policySetHash) { ${text} }
  }`;
  const textOf = async (as: string, variables: object) => {
    const { data, errors } = await gateway.send<{ policy: Text | null }>(one, variables, as);
    expect(errors).toBeUndefined();
    return data?.policy?.text ?? null;
  };

  test('is shown to everyone if its author says so, and otherwise only to readers of the whole audit trail', async () => {
    publish(first);
    expect(await textOf('alice', { policyId: 'open' })).toBe(open);
    expect(await textOf('alice', { policyId: 'hidden' })).toBeNull();
    expect(await textOf('alice', { policyId: 'absent' })).toBeNull();
    expect(await textOf('olivia', { policyId: 'hidden' })).toBe(hidden);
  });

  test('of the package is shown to who was denied by it, by the decision', async () => {
    const { auditEntry, refusal } = await gateway.create({ serviceAccount: 'default' });
    expect(refusal?.code).toBe('POLICY_DENIED');
    const query = `query ($id: ID!) { auditEntry(id: $id) { decision { policySetHash violations { policyId } } } }`;
    const { data } = await gateway.send<{
      auditEntry: { decision: { policySetHash: string; violations: { policyId: string }[] } };
    }>(query, { id: auditEntry.id });
    const { policySetHash, violations } = data?.auditEntry.decision ?? { policySetHash: '', violations: [] };
    expect(await textOf('alice', { ...violations[0], policySetHash })).toContain(
      'resource.serviceAccount == "default"',
    );
  });

  test('is shown for a decision only while its policies are in force', async () => {
    publish(first);
    const { policySetHash } = versionOf(0, first);
    expect(await textOf('alice', { policyId: 'open', policySetHash })).toBe(open);
    publish(second);
    expect(await textOf('alice', { policyId: 'open', policySetHash })).toBeNull();
  });
});
