import { auditContextOf, recordEntry } from '../../ledger/audit-entry.ts';
import type { AssociationReads } from '../../ledger/association-history.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Association } from '../../model/association.ts';
import type { AuditContext, AuditEntry } from '../../model/audit.ts';
import type { Decision } from '../../model/decision.ts';
import type { OperationKind } from '../../model/operation.ts';
import type { RequestIdentity } from '../../model/principal.ts';
import type { Difference, Finding, Refusal } from '../../model/refusal.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import type { InputOf } from '../terms/admission.ts';
import { foreseeRequest } from './dry-run.ts';
import type { DryRunDependencies } from './dry-run.ts';
import { anyAssociation, hiddenFrom } from '../terms/hidden.ts';
import type { Dependencies } from '../terms/dependencies.ts';
import { operationOf } from '../kinds/operations.ts';
import { observedEks } from './observed-eks.ts';
import { knownStates, mayBePermitted } from './known-states.ts';
import type { ChangeToCheck, KnownStates } from './known-states.ts';

/** What a change would be answered, as far as policy and what was observed can tell. */
export interface CheckedChange {
  /** Whether it would be sent to EKS. */
  readonly wouldBeAttempted: boolean;
  /** As in a dry run. */
  readonly onlyAsDryRun: boolean;
  readonly refusal: Refusal | null;
  /** Null if it is not valid, its association is not known, or it depends on role attributes. */
  readonly decision: Decision | null;
  /**
   * The roles whose attributes decide: they were not read. Empty if the decision does not depend on
   * them.
   */
  readonly unknownRoles: readonly string[];
  /**
   * The observed association of the service account; null if there is none that the principal may
   * view.
   */
  readonly existing: Association | null;
  readonly differences: readonly Difference[] | null;
  /**
   * How often the association changed or may have. 0 also where the change is not valid, and unless
   * policy allows it, only approvals are missing, or the principal may view the association: it
   * would tell which service accounts of others have one.
   */
  readonly revision: number;
}

/** The results, in the order of the changes. */
export interface CheckedChanges {
  readonly results: readonly CheckedChange[];
  readonly auditEntry: AuditEntry;
}

/** What checks work with. */
export type CheckDependencies = Omit<DryRunDependencies, 'eksFor' | 'log'> & Pick<Dependencies, 'home'>;

/** What one change is checked with. */
type CheckOneDependencies = Omit<DryRunDependencies, 'ulid'>;

/** Who asks, and until when the answer must be sent, in milliseconds since the epoch. */
interface Caller {
  readonly identity: RequestIdentity;
  readonly deadline: number;
}

/**
 * Checks changes against policy, locks and the states of their associations, and records one entry
 * about all. Reads nothing from EKS or IAM, and no state where policy permits the principal nothing
 * in the cluster. Throws `LedgerUnavailable`.
 */
export async function checkChanges(
  deps: CheckDependencies,
  { identity, deadline }: Caller,
  changes: readonly ChangeToCheck[],
): Promise<CheckedChanges> {
  const readBy = Math.min(deadline, deps.clock() + deps.times.requestMs);
  const states = await withDeadline(readBy - deps.clock(), knownStates(deps, identity, changes), ledgerTimeout);
  // The locks are read once for all changes.
  let locks: ReturnType<typeof deps.ledger.getLocks> | null = null;
  const getLocks = () => (locks ??= deps.ledger.getLocks());
  // The results do not say whether an adoption would be late, so scans are not read.
  const ledger = { ...deps.ledger, getLocks, getClusterScan: () => Promise.resolve(null) };
  const getAssociationStates: AssociationReads['getAssociationStates'] = (targets) =>
    Promise.resolve(targets.map(states.ofTarget));
  const getAssociationState: AssociationReads['getAssociationState'] = (target) =>
    Promise.resolve(states.ofTarget(target));
  const associations = deps.associations && { ...deps.associations, getAssociationState, getAssociationStates };
  const results: CheckedChange[] = [];
  for (const [index, change] of changes.entries()) {
    const asked = new Set<string>();
    const eksFor: Dependencies['eksFor'] = () => observedEks(states, (arn) => asked.add(arn));
    const observing: CheckOneDependencies = { ...deps, ledger, associations, eksFor, log: () => undefined };
    results.push(await checkOne(observing, { identity, deadline }, change, states, asked, index));
  }
  const auditEntry = await recordEntry(deps, contextOf(deps, identity, changes), {
    operationId: deps.ulid(deps.clock()),
    event: 'CHECKED',
    message: summaryOf(results),
    isBrief: changes.every((change) => !mayBePermitted(deps, identity, change)),
  });
  return { results, auditEntry };
}

async function checkOne<Kind extends OperationKind>(
  deps: CheckOneDependencies,
  { identity, deadline }: Caller,
  { kind, name, input }: { readonly kind: Kind; readonly name: string; readonly input: InputOf[Kind] },
  states: KnownStates,
  asked: ReadonlySet<string>,
  index: number,
): Promise<CheckedChange> {
  const foreseen = await foreseeRequest(deps, operationOf<Kind>(kind), { identity, input, deadline });
  const { audit, onlyAsDryRun } = foreseen;
  const decision = asked.size > 0 ? null : audit.decision;
  const revision = shownRevision(deps, identity, decision, audit.target, states);
  if (asked.size > 0) {
    const nothing = { refusal: null, decision, existing: null, differences: null };
    return { ...nothing, wouldBeAttempted: false, onlyAsDryRun: false, unknownRoles: [...asked], revision };
  }
  const { existing, differences, refusal } = foreseen;
  return {
    wouldBeAttempted: refusal === null && !onlyAsDryRun,
    onlyAsDryRun,
    refusal: refusal && placed(refusal, `changes.${index}.${name}`),
    decision,
    unknownRoles: [],
    existing,
    differences,
    revision,
  };
}

/**
 * The revision of a service account, as far as the principal may know it. Evaluates policy as often
 * whether it has an association or not.
 */
function shownRevision(
  deps: Pick<CheckOneDependencies, 'authorize' | 'clock'>,
  identity: RequestIdentity,
  decision: Decision | null,
  target: AuditContext['target'],
  states: KnownStates,
): number {
  if (target === null) return 0;
  const state = states.ofTarget(target);
  const isPermitted = decision !== null && (decision.allowed || decision.needs !== undefined);
  const isShown = isPermitted && decision.onlyAsDryRun !== true;
  if (isShown) return state?.publicRevision ?? 0;
  const known = state?.observed?.association ?? state?.confirmed?.association ?? { ...anyAssociation, ...target };
  return hiddenFrom(deps, { identity, now: deps.clock() }, known) === null ? (state?.publicRevision ?? 0) : 0;
}

/** The refusal with the paths of its findings in the input of the query. */
function placed(refusal: Refusal, prefix: string): Refusal {
  if (refusal.kind !== 'InvalidInput') return refusal;
  const findings = refusal.findings.map((one): Finding => ({ ...one, path: `${prefix}.${one.path}` }));
  return { ...refusal, findings };
}

function contextOf(
  deps: Pick<CheckDependencies, 'recordPrincipal' | 'home'>,
  identity: RequestIdentity,
  changes: readonly ChangeToCheck[],
) {
  const context = auditContextOf(deps, 'CHECK_CHANGES', identity);
  const [first] = changes;
  const validated = first && operationOf(first.kind).validate(first.input, deps.home);
  const declaration = validated?.declaration ?? null;
  const isCommon = changes.every(({ input }) => input.declaration === declaration);
  return { ...context, ...(isCommon && declaration !== null ? { declaration } : {}) };
}

/** How many changes had which result: as many words as there are codes. */
function summaryOf(results: readonly CheckedChange[]): string {
  const outcomes = results.map(({ refusal, unknownRoles, onlyAsDryRun }) =>
    unknownRoles.length > 0
      ? 'depend on role attributes'
      : onlyAsDryRun
        ? 'are allowed as dry runs only'
        : (refusal?.code ?? 'would be attempted'),
  );
  const counts = [...Map.groupBy(outcomes, (one) => one)].map(([one, { length }]) => `${length} ${one}`);
  return `Checked ${results.length} changes: ${counts.sort().join(', ')}.`;
}
