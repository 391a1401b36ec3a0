// No quick test.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AssociationSettings, CreateRequest } from '../../../../src/model/association.ts';
import type { Decision } from '../../../../src/model/decision.ts';
import type { RecordedPrincipal } from '../../../../src/model/principal.ts';
import { replayDecision } from '../../src/policies/replay-decision.ts';
import { loadPolicy } from '../../../../src/policy/load.ts';
import type { AuthorizationContext, AuthorizationRequest } from '../../../../src/policy/policy.ts';
import { runOperator } from '../run-operator.ts';
import { addHeldDelete } from './open-trail.ts';
import {
  addon,
  alice,
  context,
  association,
  bob,
  copyOfShipped,
  create,
  person,
  remove,
  replaceIn,
  request,
  service,
  update,
} from '../../../../test/support/policy-sample.ts';

let folder: string;

beforeEach(() => {
  folder = copyOfShipped();
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Decides a create with the folder's policies and writes its entry. */
function entry(change: Partial<CreateRequest> = {}, who: AuthorizationContext = context(alice)): string {
  const operation = { operation: 'CREATE_POD_IDENTITY_ASSOCIATION', request: { ...request, ...change }, before: null };
  return entryOf(create(change), operation, who);
}

/** Decides with the folder's policies and writes an entry as the ledger keeps it. */
function entryOf(
  request: AuthorizationRequest,
  operation: object,
  who: AuthorizationContext,
  fields: object = {},
): string {
  const file = join(folder, 'entry.json');
  const { authorize, recordPrincipal } = loadPolicy(folder);
  const decision = authorize(who, request);
  const { principal, actor } = who.identity;
  const content = {
    ...operation,
    ...who.identity,
    principal: recordPrincipal(principal),
    actor: actor && recordPrincipal(actor),
    event: 'INTENT',
    onBehalfOf: who.onBehalfOf,
    reason: who.hasReason ? 'because' : null,
    time: new Date(who.now).toISOString(),
    decision,
    ...fields,
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

test('a decision whose entry leaves out parts for their size is not replayed', () => {
  const file = entry();
  replaceIn(file, '"event":"INTENT"', '"event":"INTENT","omitted":["decision.slice"]');
  expect(() => replayDecision(file, folder)).toThrow('The entry leaves out decision.slice for its size');
});

test('an entry that was recorded before policies could see session policies is replayed with what they see', () => {
  const schemaFile = join(folder, 'schema.cedarschema');
  const schema = readFileSync(schemaFile, 'utf8');
  writeFileSync(schemaFile, schema.replace(/^\s*sessionPolicy\?: SessionPolicy,$/gm, ''));
  const policy = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::example/*"}}';
  const file = entry({ clusterName: 'apps-prod', disableSessionTags: true, policy });
  expect(readFileSync(file, 'utf8')).not.toContain('sessionPolicy');
  writeFileSync(schemaFile, schema);
  expect(replayDecision(file, folder)).toMatchObject({
    same: true,
    report: expect.stringContaining('Same decision, different policies') as string,
  });
  cpSync(join(folder, 'examples/session-policy-wildcards.cedar'), join(folder, 'session-policy-wildcards.cedar'));
  expect(replayDecision(file, folder).report).toContain(
    'replayed: denied by no-wildcard-session-policy-in-production (',
  );
});

test.each<[string, Partial<CreateRequest>]>([
  ['allowed', {}],
  ['denied by guardrails', { serviceAccount: 'default', tags: [] }],
  ['denied by default', { namespace: 'orders', roleArn: 'arn:aws:iam::111122223333:role/pods/orders/x' }],
  ['denied for the cluster', { clusterName: 'apps-test' }],
  ['of a planned create that ends', { expectedRevision: 3, ifExists: 'ADOPT', expiresAt: '2026-11-03T09:00:00.000Z' }],
])('a decision that was %s is replayed as recorded', (_what, change) => {
  const { same, report } = replayDecision(entry(change), folder);
  expect(same).toBe(true);
  expect(report).toContain('Same decision, same policies.');
});

const { accountId, region, clusterName, associationId } = association();
const reference = { accountId, region, clusterName, associationId, expectedModifiedAt: null };
const archive = 'arn:aws:iam::444455556666:role/pods/payments-archive';

test.each<[string, Partial<AssociationSettings>, boolean]>([
  ['all but what it sets stays', { disableSessionTags: true }, true],
  ['null clears', { targetRoleArn: null, policy: null }, true],
  ['nothing changes', {}, false],
  ['a guardrail denies', { roleArn: 'arn:aws:iam::111122223333:role/x', disableSessionTags: true }, false],
])('the decision on an update is replayed as recorded: %s', (_what, changes, allowed) => {
  const before = association({ targetRoleArn: archive, policy: '{}' });
  const operation = { operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: { ...reference, changes }, before };
  const { same, report } = replayDecision(entryOf(update(before, changes), operation, context(alice)), folder);
  expect(same).toBe(true);
  expect(report).toContain(allowed ? 'replayed: allowed by owners-update' : 'replayed: denied by ');
});

test.each([
  ['allowed', alice, null, 'replayed: allowed by owners-delete'],
  ['denied by a guardrail', alice, addon, 'replayed: denied by not-owned-by-addon'],
  ['denied by default', bob, null, 'replayed: denied by default-deny'],
])('a decision on a delete that was %s is replayed as recorded', (_what, who, ownerArn, verdict) => {
  const operation = {
    operation: 'DELETE_POD_IDENTITY_ASSOCIATION',
    request: reference,
    before: association({ ownerArn }),
  };
  const { same, report } = replayDecision(entryOf(remove({ ownerArn }), operation, context(who)), folder);
  expect(same).toBe(true);
  expect(report).toContain(verdict);
});

test.each([
  ['CHECKED', true, 'replayed: allowed as a dry run only by planners-check'],
  ['DENIED', false, 'replayed: denied by default-deny'],
])('the decision of an entry %s is replayed as that of a dry run: %s', (event, isDryRun, verdict) => {
  const operation = { operation: 'DELETE_POD_IDENTITY_ASSOCIATION', request: reference, before: association() };
  const who = { ...context(person('paul', 'planners')), isDryRun };
  const { same, report } = replayDecision(entryOf(remove(), operation, who, { event }), folder);
  expect(report).toContain(verdict);
  expect(same).toBe(true);
});

test('a decision that the principal may not view the association is replayed as that of a read', () => {
  const action = 'PodIdentity::Action::"DeletePodIdentityAssociation"';
  writeFileSync(join(folder, 'own.cedar'), `@id("own") permit (principal, action == ${action}, resource);`);
  const before = association();
  const operation = { operation: 'DELETE_POD_IDENTITY_ASSOCIATION', request: reference, before };
  const answered = { event: 'DENIED', refusalCode: 'ASSOCIATION_NOT_FOUND', onBehalfOf: 'x', reason: 'an incident' };
  const view: AuthorizationRequest = { action: 'DescribePodIdentityAssociation', association: before };
  const { same, report } = replayDecision(entryOf(view, operation, context(bob), answered), folder);
  expect(report).toContain('replayed: denied by default-deny');
  expect(same).toBe(true);
});

test('takes the whole context from the entry', () => {
  writeFileSync(
    join(folder, 'own.cedar'),
    `@id("own") permit (principal is PodIdentity::Service, action, resource) when {
       context has onBehalfOf && context.onBehalfOf == "alice@example.com" && context.hasReason &&
       context.now == datetime("2026-11-02T09:00:00.123Z") &&
       context has sourceAddress && context.sourceAddress == ip("203.0.113.7") &&
       context has actor && context.actor == PodIdentity::Service::"https://issuer.example#chatops" };`,
  );
  const who = context(service('https://issuer.example#chatops'), {
    actor: service('https://issuer.example#chatops'),
    onBehalfOf: 'alice@example.com',
    hasReason: true,
    now: Date.parse('2026-11-02T09:00:00.123Z'),
    sourceAddress: '203.0.113.7',
  });
  const { same, report } = replayDecision(entry({ clusterName: 'apps-prod' }, who), folder);
  expect(report).toContain('replayed: allowed by own, owners-create');
  expect(same).toBe(true);
});

test.each([
  ['named by a policy', 'platform-admins', 'replayed: allowed by platform-admins'],
  ['that owns the namespace', 'payments-team', 'replayed: allowed by owners-create'],
  ['that decides nothing', 'project-x', 'replayed: denied by default-deny'],
])('a decision on a principal with 150 groups, one %s, is replayed as recorded', (_what, group, verdict) => {
  const groups = Array.from({ length: 149 }, (_, index) => `project-${index}`);
  const file = entry({}, context(person('eve', ...groups, group)));
  const { principal } = JSON.parse(readFileSync(file, 'utf8')) as { principal: RecordedPrincipal };
  expect(principal.groups.length + (principal.otherGroups?.count ?? 0)).toBe(150);
  const { same, report } = replayDecision(file, folder);
  expect(report).toContain(verdict);
  expect(same).toBe(true);
});

test('uses the recorded time and time zone, whenever the entry was written', () => {
  replaceIn(join(folder, 'inventory.json'), '"permissionSets"', '"timeZone": "Europe/Berlin", "permissionSets"');
  writeFileSync(
    join(folder, 'own.cedar'),
    `@id("own") permit (principal, action, resource) when { context.weekday == "Friday" && context.hour == 12 };`,
  );
  const file = entry({}, context(alice, { now: Date.parse('2026-11-27T11:59:59.999Z') }));
  replaceIn(file, '"time":"2026-11-27T11:59:59.999Z"', '"time":"2026-11-27T12:07:00.000Z"');
  replaceIn(join(folder, 'inventory.json'), 'Europe/Berlin', 'UTC');
  const { same, report } = replayDecision(file, folder);
  expect(report).toContain('replayed: allowed by own, owners-create');
  expect(same).toBe(true);
});

test('uses the recorded slice, not the current inventory', () => {
  const file = entry();
  replaceIn(join(folder, 'inventory.json'), '["payments-team"]', '[]');
  expect(replayDecision(file, folder).same).toBe(true);
});

test('reports a different decision by different policies, and fails', async () => {
  const file = entry();
  replaceIn(join(folder, 'guardrails.cedar'), 'serviceAccount == "default"', 'serviceAccount == "payments-api"');
  const { status, stdout } = await runOperator(['policies', 'replay', file, folder]);
  expect(status).toBe(1);
  expect(stdout).toContain('recorded: allowed by owners-create');
  expect(stdout).toContain('replayed: denied by no-default-service-account');
  expect(stdout).toContain('Different decision, different policies.');
});

describe('a decision that needs approvals', () => {
  const operation = { operation: 'DELETE_POD_IDENTITY_ASSOCIATION', request: reference, before: association() };
  const vote = { vote: 'APPROVE', policyIds: ['held'], isOwnRequest: false, time: '2026-11-02T09:00:00.000Z' };
  const approval = {
    approvalId: 'approval-1',
    votes: [{ principal: { ...person('nina', 'security'), otherGroups: null }, actor: null, comment: null, ...vote }],
  };

  beforeEach(() => addHeldDelete(folder));

  /** The entry of the question, or that of the operation that used an approval. */
  const entryWith = (event: string, decision: (needed: Decision) => Decision = (needed) => needed) => {
    const needed = loadPolicy(folder).authorize(context(alice), remove());
    return entryOf(remove(), operation, context(alice), { event, decision: decision(needed) });
  };

  test('is replayed as recorded', () => {
    const { same, report } = replayDecision(entryWith('APPROVAL_REQUESTED'), folder);
    expect(report).toContain('replayed: needs approval for held (1 of security)');
    expect(same).toBe(true);
  });

  test('is replayed as recorded with the approval that it used', () => {
    const file = entryWith('INTENT', (needed) => ({ ...needed, allowed: true, violations: [], approval }) as Decision);
    const { same, report } = replayDecision(file, folder);
    expect(report).toContain('replayed: allowed by approval for held (1 of security)');
    expect(same).toBe(true);
  });

  test('is another one where the votes are not enough for the policies of today', () => {
    const file = entryWith('INTENT', (needed) => ({ ...needed, allowed: true, violations: [], approval }) as Decision);
    replaceIn(join(folder, 'approvals.cedar'), '@approvers("security")', '@count("2") @approvers("security")');
    const { same, report } = replayDecision(file, folder);
    expect(report).toContain('replayed: needs approval for held (2 of security)');
    expect(same).toBe(false);
  });

  test('is another one where the text of the policy is', () => {
    const file = entryWith('APPROVAL_REQUESTED');
    replaceIn(join(folder, 'approvals.cedar'), '@advice("a") @approvers', '@advice("b") @approvers');
    const { same, report } = replayDecision(file, folder);
    expect(report).toContain('held has another text than the one to which an approval is bound.');
    expect(same).toBe(false);
  });

  test.each(['APPROVED', 'REJECTED', 'APPROVAL_EXPIRED', 'APPROVAL_USED'])('is not in the entry of %s', (event) => {
    expect(() => replayDecision(entryWith(event), folder)).toThrow(`The entry (${event}) is of an approval.`);
  });
});

test('says what is wrong with an entry, and rejects a missing argument', async () => {
  const file = join(folder, 'entry.json');
  writeFileSync(file, JSON.stringify({ operation: 'DELETE_POD_IDENTITY_ASSOCIATION' }));
  expect(() => replayDecision(file, folder)).toThrow(/principal: is missing[^]*before: is missing/);
  writeFileSync(file, JSON.stringify({ operation: 'UPDATE_POD_IDENTITY_ASSOCIATION', request: { changes: [] } }));
  expect(() => replayDecision(file, folder)).toThrow('request.changes: [] is not valid; write an object');
  writeFileSync(file, JSON.stringify({ time: '2026-11-02T09:00:00.000Z' }));
  expect(() => replayDecision(file, folder)).toThrow('operation: is missing');
  expect(await runOperator(['policies', 'replay'])).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^Give --trail, --since or the file of an audit entry\.\n/),
  });
});
