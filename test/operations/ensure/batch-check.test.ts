import type { ApprovalStore } from '../../../src/ledger/approvals.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { askingFor, lastApproval, security, voteOn } from '../../support/approvals.ts';
import type { Asked } from '../../support/approvals.ts';
import { readLagMs, withoutViews, worker } from '../../support/changes.ts';
import { openForEachTest } from '../../support/each-test.ts';
import { input, openBeside } from '../../support/gateway.ts';
import type { Gateway } from '../../support/gateway.ts';

const asked: Asked = { needs: [] };
let ledger: Ledger & ApprovalStore;
let gateway: Gateway;
openForEachTest((opened) => ({ ledger, gateway } = opened), { change: askingFor(asked) });
beforeEach(() => (asked.needs = []));

interface Checked {
  readonly change: string | null;
  readonly differences: readonly { readonly field: string }[];
  readonly wouldBeAttempted: boolean | null;
  readonly code: string | null;
  readonly warnings: readonly { readonly code: string }[];
}

const { clientRequestToken: _, ...made } = input;
const { roleArn: __, tags: ___, ...absent } = made;
const desired = (fields: object = {}) => ({ ensure: { ...made, declaration: 'app', ...fields } });
const undesired = (fields: object = {}) => ({ ensureNo: { ...absent, declaration: 'app', ...fields } });
type Desired = ReturnType<typeof desired> | ReturnType<typeof undesired>;

async function batch(changes: readonly object[], as = 'alice', on = gateway) {
  const query = `query ($input: CheckPodIdentityAssociationsInput!) {
    found: checkPodIdentityAssociations(input: $input) {
      results {
        change differences { field } wouldBeAttempted existing { roleArn } revision warnings { code }
        refusal { code ... on InvalidInput { findings { path } } }
      }
      auditEntry { message }
    }
  }`;
  interface Found {
    readonly results: readonly (Omit<Checked, 'code'> & { readonly refusal: { readonly code: string } | null })[];
    readonly auditEntry: { readonly message: string };
  }
  const { data, errors } = await on.send<{ readonly found: Found }>(query, { input: { changes } }, as);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.found;
}

/** What the dry run of one desired state answers. */
async function single(one: Desired, as: string, on: Gateway): Promise<Checked> {
  const [kind, value] = 'ensure' in one ? ['Ensure', one.ensure] : ['EnsureNo', one.ensureNo];
  const query = `query ($input: ${kind}PodIdentityAssociationInput!) {
    found: check${kind}PodIdentityAssociation(input: $input) {
      change differences { field } check { wouldBeAttempted refusal { code } } warnings { code }
    }
  }`;
  type Found = Pick<Checked, 'change' | 'differences' | 'warnings'> & {
    readonly check: { readonly wouldBeAttempted: boolean; readonly refusal: { readonly code: string } | null } | null;
  };
  const { data, errors } = await on.send<{ readonly found: Found }>(query, { input: value }, as);
  if (!data) throw new Error(JSON.stringify(errors));
  const { check, ...found } = data.found;
  return { ...found, wouldBeAttempted: check?.wouldBeAttempted ?? false, code: check?.refusal?.code ?? null };
}

/** Expects that the check of many answers as the dry runs of each, without a call to EKS or IAM. */
async function expectEqual(all: readonly Desired[], as = 'alice', on = gateway): Promise<readonly Checked[]> {
  gateway.clock.skip(readLagMs);
  const alone: Checked[] = [];
  for (const one of all) alone.push(await single(one, as, on));
  gateway.simulator.control.clearRequests();
  const { results } = await batch(all, as, on);
  expect(gateway.simulator.control.requests()).toEqual([]);
  const together = results.map(({ change, differences, wouldBeAttempted, refusal, warnings }) => {
    return { change, differences, warnings, wouldBeAttempted, code: refusal?.code ?? null };
  });
  expect(together).toEqual(alone);
  return together;
}

const team = [{ key: 'team', value: 'payments' }];
const every = [
  desired(),
  desired({ roleArn: worker }),
  desired({ tags: [...team, { key: 'new', value: 'x' }] }),
  desired({ tags: [] }),
  desired({ expiresAt: null }),
  desired({ declaration: 'other', takeOver: true }),
  desired({ roleArn: worker, declaration: 'other' }),
  undesired(),
  undesired({ declaration: 'other' }),
  desired({ declaration: '' }),
];

test('a batch check answers desired states as their dry runs do, in any number', async () => {
  const changes = async () => (await expectEqual(every)).map(({ change, code }) => `${change} ${code}`);
  expect(await changes()).toEqual([
    ...['CREATE null', 'CREATE null', 'CREATE null', 'CREATE POLICY_DENIED', 'CREATE null', 'CREATE null'],
    ...['CREATE null', 'NONE null', 'NONE null', 'null INVALID_INPUT'],
  ]);
  await gateway.ensure();
  expect(await changes()).toEqual([
    ...['NONE null', 'UPDATE null', 'TAG null', 'UNTAG POLICY_DENIED', 'NONE null', 'ADOPT POLICY_DENIED'],
    ...['UPDATE DECLARED_ELSEWHERE', 'DELETE null', 'DELETE DECLARED_ELSEWHERE', 'null INVALID_INPUT'],
  ]);
});

test('a desired state in a batch is warned of, counted, and placed as the other changes are', async () => {
  await gateway.create({ declaration: 'other' });
  const { results, auditEntry } = await batch([desired(), { create: made }, desired({ roleArn: 'x' })]);
  expect(results).toMatchObject([
    { change: 'NONE', warnings: [{ code: 'NOT_OWN' }], existing: { roleArn: input.roleArn }, revision: 1 },
    { change: null, refusal: { code: 'ASSOCIATION_ALREADY_EXISTS' }, warnings: [] },
    { change: null, refusal: { code: 'INVALID_INPUT', findings: [{ path: 'changes.2.ensure.roleArn' }] }, revision: 0 },
  ]);
  expect(auditEntry.message).toBe(
    'Checked 3 changes: 1 ASSOCIATION_ALREADY_EXISTS, 1 INVALID_INPUT, 1 need no change.',
  );
});

test('a batch check tells of desired states only what may be viewed', async () => {
  await gateway.ensure();
  const blind = await openBeside(gateway, { change: withoutViews });
  const codes = (found: readonly Checked[]) => found.map(({ change, code }) => `${change} ${code}`);
  expect(codes(await expectEqual([desired(), undesired()], 'alice', blind))).toEqual([
    'CREATE ASSOCIATION_ALREADY_EXISTS',
    'DELETE ASSOCIATION_NOT_FOUND',
  ]);
  await blind.close();
  expect(codes(await expectEqual([desired(), undesired()], 'carol'))).toEqual([
    'CREATE POLICY_DENIED',
    'DELETE POLICY_DENIED',
  ]);
  const { results } = await batch([desired(), undesired()], 'carol');
  expect(results).toMatchObject(Array(2).fill({ existing: null, differences: [], revision: 0 }));
});

test('a batch check knows the approval of a desired state, and what is in progress', async () => {
  asked.needs = [security];
  await gateway.ensure();
  const [held] = await expectEqual([desired()]);
  expect(held).toMatchObject({ change: 'CREATE', code: 'APPROVAL_REQUIRED' });
  await voteOn(gateway, ledger, await lastApproval(ledger, gateway));
  const [approved] = await expectEqual([desired()]);
  expect(approved).toMatchObject({ change: 'CREATE', code: null, wouldBeAttempted: true });
  gateway.simulator.control.addFault({ operation: 'CreatePodIdentityAssociation', kind: 'cut-before' });
  expect(await gateway.ensure()).toMatchObject({ status: 'IN_PROGRESS' });
  const [, other] = await expectEqual([desired(), desired({ roleArn: worker })]);
  expect(other).toMatchObject({ change: 'CREATE', code: 'OPERATION_IN_PROGRESS' });
});

test('a desired state in a batch counts what nobody has observed yet as absent', async () => {
  const { clusterName, namespace, serviceAccount, roleArn } = made;
  gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn });
  expect(await single(desired({ tags: null }), 'alice', gateway)).toMatchObject({ change: 'NONE' });
  expect((await batch([desired()])).results).toMatchObject([{ change: 'CREATE', wouldBeAttempted: true }]);
});
