import type { EksFor } from '../../eks/eks.ts';
import type { Times } from '../../idempotency/times.ts';
import { auditContextOf, recordEntry } from '../../ledger/audit-entry.ts';
import type { ApprovalStore } from '../../ledger/approvals.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { LockMemory } from '../../model/lock.ts';
import { namedTags } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { RecordPrincipal, RequestIdentity } from '../../model/principal.ts';
import type { Finding, Refusal } from '../../model/refusal.ts';
import { changedTags } from '../../model/tags.ts';
import { allowedOnce } from '../../policy/decide/allowed-once.ts';
import type { ComparedGroups } from '../../policy/decide/compared-groups.ts';
import type { DecisionKey } from '../../policy/decide/same-decision.ts';
import type { Directory } from '../../policy/inventory/directory.ts';
import type { Clock, NewUlid } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import type { InputOf, MutationCall } from '../terms/admission.ts';
import type { StateAuthorizer } from '../terms/judge-expiry.ts';
import { foreseeRequest } from '../dry-run.ts';
import type { DryRunPorts } from '../dry-run.ts';
import { noticesOf } from '../ensure/ensure.ts';
import { plan } from '../ensure/plan.ts';
import type { EnsureCall } from '../ensure/request.ts';
import type { Operation } from '../terms/operation.ts';
import { operationOf } from '../kinds/operations.ts';
import type { CheckedChange, CheckedChanges } from './checked-change.ts';
import { knownApprovals } from './known-approvals.ts';
import { observedEks } from './observed-eks.ts';
import { knownStates, mayBePermitted, metadataOf, shownRevision } from './known-states.ts';
import type { ChangeToCheck, KnownStates, Permissions } from './known-states.ts';

/** What changes are checked with: as for dry runs, without EKS and IAM. */
export interface CheckPorts extends StateAuthorizer, Permissions {
  readonly associations: AssociationReads | null;
  readonly approvals: ApprovalStore | null;
  readonly comparedGroups: ComparedGroups;
  readonly decisionKey: DecisionKey;
  readonly recordPrincipal: RecordPrincipal;
  readonly directory: Directory;
  readonly ledger: Ledger;
  readonly lockMemory: LockMemory;
  readonly clock: Clock;
  readonly ulid: NewUlid;
  readonly times: Times;
}

/** Who asks, and until when the answer must be sent, in milliseconds since the epoch. */
interface Caller {
  readonly identity: RequestIdentity;
  readonly deadline: number;
}

/** With what a change is checked. */
interface Checking {
  readonly states: KnownStates;
  /** The roles that were asked for. */
  readonly asked: ReadonlySet<string>;
  /** Path of the change in the input. */
  readonly path: string;
}

/**
 * Checks changes against policy, locks and the states of their associations, and records one entry
 * about all. A change of an association is checked with the tags that those before it leave. Reads
 * nothing from EKS or IAM, and no state where policy permits the principal nothing in the cluster.
 * Throws `LedgerUnavailable`.
 */
export async function checkChanges(
  ports: CheckPorts,
  { identity, deadline }: Caller,
  changes: readonly ChangeToCheck[],
): Promise<CheckedChanges> {
  const readBy = Math.min(deadline, ports.clock() + ports.times.requestMs);
  const states = await withDeadline(readBy - ports.clock(), knownStates(ports, identity, changes), ledgerTimeout);
  // The locks are read once for all changes.
  let locks: ReturnType<typeof ports.ledger.getLocks> | null = null;
  const getLocks = () => (locks ??= ports.ledger.getLocks());
  // The results do not say whether an adoption would be late, so scans are not read.
  const ledger = { ...ports.ledger, getLocks, getClusterScan: () => Promise.resolve(null) };
  const getAssociationStates: AssociationReads['getAssociationStates'] = (targets) =>
    Promise.resolve(targets.map(states.ofTarget));
  const getAssociationState: AssociationReads['getAssociationState'] = (target) =>
    Promise.resolve(states.ofTarget(target));
  const associations = ports.associations && { ...ports.associations, getAssociationState, getAssociationStates };
  const approvals = ports.approvals && knownApprovals(ports, ports.approvals, identity, changes);
  // Most changes of a fleet differ in what no policy reads. Only one entry is recorded, without
  // decisions.
  const authorize = allowedOnce(ports);
  const results: CheckedChange[] = [];
  for (const [index, change] of changes.entries()) {
    const asked = new Set<string>();
    const eksFor: EksFor = () => observedEks(states, (arn) => asked.add(arn));
    const stored = { ledger, associations, approvals, authorize };
    const observing: DryRunPorts = { ...ports, ...stored, eksFor, log: () => undefined };
    const checking = { states, asked, path: `changes.${index}.${change.name}` };
    const caller = { identity, deadline };
    const isDesired = change.kind === 'ENSURE';
    const checked = isDesired
      ? checkDesired(observing, { ...caller, input: change.input }, checking)
      : checkRequest(observing, caller, change, checking);
    results.push(await checked);
  }
  const auditEntry = await recordEntry(ports, contextOf(ports, identity, changes), {
    operationId: ports.ulid(ports.clock()),
    event: 'CHECKED',
    message: summaryOf(results),
    isBrief: changes.every((change) => !mayBePermitted(ports, identity, change)),
  });
  return { results, auditEntry };
}

function checkRequest<Kind extends OperationKind>(
  ports: DryRunPorts,
  caller: Caller,
  { kind, input }: { readonly kind: Kind; readonly input: InputOf[Kind] },
  checking: Checking,
): Promise<CheckedChange> {
  return checkOne(ports, operationOf<Kind>(kind), { ...caller, input }, checking);
}

/** Checks the change that a desired state needs, as its dry run does. */
async function checkDesired(ports: DryRunPorts, call: EnsureCall, checking: Checking): Promise<CheckedChange> {
  const next = await plan(ports, call, true);
  const { change, differences } = next.picked;
  if (next.kind !== 'nothing') {
    // Others in the batch are compared with what there is, as this one.
    const alone = { ...checking, states: { ...checking.states, setTags: () => undefined } };
    const checked = await next.request.pass((operation, sent) => checkOne(ports, operation, sent, alone));
    return { ...checked, change, differences };
  }
  const revision = shownRevision(ports, call.identity, null, next.by.desired.target, checking.states);
  const existing = next.read.known.association;
  return { ...nothing, change, differences, existing, revision, warnings: noticesOf(next) };
}

/** What is known of a change before it is checked. */
const nothing = {
  change: null,
  warnings: [],
  wouldBeAttempted: false,
  onlyAsDryRun: false,
  refusal: null,
  decision: null,
  unknownRoles: [],
  existing: null,
  differences: null,
} as const;

async function checkOne<Kind extends OperationKind>(
  ports: DryRunPorts,
  operation: Operation<Kind>,
  call: MutationCall<Kind>,
  { states, asked, path }: Checking,
): Promise<CheckedChange> {
  const foreseen = await foreseeRequest(ports, operation, call);
  const { audit, onlyAsDryRun } = foreseen;
  const decision = asked.size > 0 ? null : audit.decision;
  const revision = shownRevision(ports, call.identity, decision, audit.target, states);
  if (asked.size > 0) return { ...nothing, unknownRoles: [...asked], revision };
  const { existing, differences, refusal } = foreseen;
  const isHeldBack = onlyAsDryRun || refusal?.kind === 'ApprovalRequired';
  // Tags that are only checked must not show an association that the principal may not view.
  if (existing !== null && (refusal === null || isHeldBack)) setTagsAfter(operation.kind, foreseen, states);
  return {
    ...nothing,
    wouldBeAttempted: refusal === null && !onlyAsDryRun,
    onlyAsDryRun,
    refusal: refusal && placed(refusal, path),
    decision,
    existing,
    differences,
    revision,
  };
}

/** Later changes of the same association are checked as if this one was made. */
function setTagsAfter<Kind extends OperationKind>(
  kind: Kind,
  { request, audit }: Pick<Awaited<ReturnType<typeof foreseeRequest<Kind>>>, 'request' | 'audit'>,
  states: KnownStates,
): void {
  const { before } = audit;
  if (request === null || before === null) return;
  const named = namedTags[kind](request);
  if (named.length > 0) states.setTags(before.associationId, changedTags(before.tags, named));
}

/** The refusal with the paths of its findings in the input of the query. */
function placed(refusal: Refusal, prefix: string): Refusal {
  if (refusal.kind !== 'InvalidInput') return refusal;
  const findings = refusal.findings.map((one): Finding => ({ ...one, path: `${prefix}.${one.path}` }));
  return { ...refusal, findings };
}

function contextOf(ports: CheckPorts, identity: RequestIdentity, changes: readonly ChangeToCheck[]) {
  const context = auditContextOf(ports, 'CHECK_CHANGES', identity);
  const [first] = changes;
  const declaration = (first && metadataOf(ports, first).declaration) ?? null;
  const isCommon = changes.every(({ input }) => input.declaration === declaration);
  return { ...context, ...(isCommon && declaration !== null ? { declaration } : {}) };
}

/** How many changes had which result: as many words as there are codes. */
function summaryOf(results: readonly CheckedChange[]): string {
  const outcomes = results.map(({ change, refusal, unknownRoles, onlyAsDryRun }) =>
    change === 'NONE'
      ? 'need no change'
      : unknownRoles.length > 0
        ? 'depend on role attributes'
        : onlyAsDryRun
          ? 'are allowed as dry runs only'
          : (refusal?.code ?? 'would be attempted'),
  );
  const counts = [...Map.groupBy(outcomes, (one) => one)].map(([one, { length }]) => `${length} ${one}`);
  return `Checked ${results.length} changes: ${counts.sort().join(', ')}.`;
}
