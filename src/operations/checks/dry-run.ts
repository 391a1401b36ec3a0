import type { Conclusion, RefusedConclusion } from '../../idempotency/conclusion.ts';
import { recordEntry } from '../../ledger/audit-entry.ts';
import { ledgerTimeout } from '../../ledger/ledger.ts';
import type { Association } from '../../model/association.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { Decision } from '../../model/decision.ts';
import { expectedRevisions } from '../../model/operation.ts';
import type { OperationKind } from '../../model/operation.ts';
import { retryAfterSecondsOf } from '../../model/refusal.ts';
import type { Difference, Refusal } from '../../model/refusal.ts';
import type { AuthorizationContext } from '../../policy/policy.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { effectDeadline } from '../terms/admission.ts';
import type { Admission, AdmittedMutation, MutationCall } from '../terms/admission.ts';
import { approvalRequired } from '../approvals/refusals.ts';
import { authorizeWithRoles } from '../terms/authorize-with-roles.ts';
import type { RoleDependencies } from '../terms/authorize-with-roles.ts';
import { revisionChanged } from '../terms/conclusions.ts';
import { missingNeeds } from '../terms/decisions.ts';
import type { Dependencies } from '../terms/dependencies.ts';
import { judgeExpiry } from '../terms/judge-expiry.ts';
import type { JudgeExpiryDependencies } from '../terms/judge-expiry.ts';
import { lockedRefusal, lockOn, locksFor } from '../terms/locks.ts';
import type { LockDependencies } from '../terms/locks.ts';
import { admit, stateAfter } from '../flow/admit.ts';
import type { AdmitDependencies } from '../flow/admit.ts';
import type { AdoptExistingDependencies, Operation } from '../terms/operation.ts';
import { preflightSubject } from '../warnings/subject.ts';
import type { DryRunSubject } from '../warnings/subject.ts';
import { denialAtExpiry, denialOf, redactFor } from '../terms/refusals.ts';

/** What a mutation would answer now, as far as it can be determined without sending it to EKS. */
export interface DryRunResult {
  /** Whether the request would be sent to EKS. */
  readonly wouldBeAttempted: boolean;
  /**
   * Whether policy allows the dry run and denies the request: then `refusal` is what else it would
   * meet or, if nothing, the denial.
   */
  readonly onlyAsDryRun: boolean;
  /** The refusal that it would meet. */
  readonly refusal: Refusal | null;
  /**
   * Seconds after which the mutation can succeed unchanged; null unless the refusal is retryable.
   */
  readonly retryAfterSeconds: number | null;
  readonly decision: Decision | null;
  /**
   * The association that prevents a create, or the one to be updated or deleted; null if it may not
   * be viewed.
   */
  readonly existing: Association | null;
  readonly differences: readonly Difference[] | null;
  /**
   * What the association would be, for its warnings; null if policy does not allow the request, and
   * for a delete.
   */
  readonly subject: DryRunSubject | null;
  readonly auditEntry: AuditEntry;
}

/** What a dry run works with. */
export type DryRunDependencies = AdmitDependencies & LockDependencies & Pick<Dependencies, 'ulid'>;

/**
 * Admits a mutation without executing it, checks for what would prevent its effect, and records the
 * result. Throws as the mutation does.
 */
export async function dryRun<Kind extends OperationKind>(
  deps: DryRunDependencies,
  operation: Operation<Kind>,
  call: MutationCall<Kind>,
): Promise<DryRunResult> {
  const foreseen = await foreseeRequest(deps, operation, call);
  const { admission, request, denial, refusal, existing, differences, audit, onlyAsDryRun } = foreseen;
  const auditEntry = await recordEntry(deps, audit, {
    operationId: deps.ulid(deps.clock()),
    event: 'CHECKED',
    refusalCode: refusal?.code ?? null,
    message: `${onlyAsDryRun ? asDryRunOnly : ''}${refusal?.message ?? foreseen.message}`,
    associationArn: existing?.associationArn ?? null,
    isBrief: denial() !== null,
    hidden: admission.kind === 'refused' ? (admission.hidden ?? null) : null,
  });
  return {
    wouldBeAttempted: refusal === null && !onlyAsDryRun,
    onlyAsDryRun,
    refusal,
    retryAfterSeconds: refusal && retryAfterSecondsOf(refusal),
    decision: audit.decision,
    existing,
    differences,
    subject: request && preflightSubject(operation, request, audit),
    auditEntry,
  };
}

const asDryRunOnly = 'Allowed as a dry run only. ';

/** What a dry run finds out, before it is recorded. */
export async function foreseeRequest<Kind extends OperationKind>(
  deps: Omit<DryRunDependencies, 'ulid'>,
  operation: Operation<Kind>,
  call: MutationCall<Kind>,
) {
  const admission = await admit(deps, operation, call, { isDryRun: true });
  const { request, authorization, denial, ...admitted } =
    admission.kind === 'admitted' ? admission.mutation : admission;
  const { message, association, expiry, ...foreseen } = await foresee(deps, operation, admission);
  const audit = { ...admitted.audit, before: association ?? admitted.audit.before, ...expiry };
  const onlyAsDryRun = [audit.decision, audit.deleteDecision].some((decision) => decision?.onlyAsDryRun === true);
  const denied =
    onlyAsDryRun && admission.kind === 'admitted' && foreseen.refusal === null
      ? await denialAsChange(deps, operation, admission.mutation, association)
      : null;
  const { refusal } = redactFor(deps, authorization, { refusal: foreseen.refusal ?? denied });
  const existing = visibleExisting(deps, authorization, audit.before, refusal);
  const differences = existing && request && operation.differences(request, existing);
  return { admission, request, denial, message, audit, refusal, existing, differences, onlyAsDryRun };
}

/**
 * The refusal of a request that policy allows as a dry run only, or whose expiry it does. `adopted`
 * is what a create would adopt.
 */
async function denialAsChange<Kind extends OperationKind>(
  deps: RoleDependencies & JudgeExpiryDependencies,
  operation: Operation<Kind>,
  mutation: AdmittedMutation<Kind>,
  adopted: Association | null,
): Promise<Refusal | null> {
  const { request, target, before, audit } = mutation;
  const asChange = { ...mutation, authorization: { ...mutation.authorization, isDryRun: false } };
  if (audit.decision?.onlyAsDryRun !== true) {
    const after = before ? stateAfter(operation, request, before) : adopted;
    const expiry = after && (await judgeExpiry(deps, asChange, after));
    return expiry?.deleteDecision ? denialAtExpiry(expiry.deleteDecision).refusal : null;
  }
  const loaded = { kind: 'loaded', target, before, isCurrent: true } as const;
  return denialOf(await authorizeWithRoles(deps, asChange, operation.authorizationRequest(request, loaded))).refusal;
}

/** What the mutation would conclude. `association` is the one that it would adopt. */
interface Foreseen extends Pick<Conclusion, 'refusal' | 'association' | 'expiry'> {
  readonly message: string;
}

async function foresee<Kind extends OperationKind>(
  deps: LockDependencies & AdoptExistingDependencies & Pick<Dependencies, 'associations'>,
  operation: Operation<Kind>,
  admission: Admission<Kind>,
): Promise<Foreseen> {
  if (admission.kind === 'refused') return refusedBy(admission.refusal);
  if (admission.mutation.unmet) return refusedBy(admission.mutation.unmet.refusal);
  const needs = missingNeeds(admission.mutation.audit);
  // A dry run opens no approval.
  if (needs.length > 0) return refusedBy(approvalRequired(needs, null));
  const lock = lockOn(await locksFor(deps, admission.mutation), admission.mutation);
  if (lock) return refusedBy(lockedRefusal(lock));
  const conclusion = await operation.foresee(deps, admission.mutation);
  const changed = conclusion?.refusal ? null : await otherRevision(deps, admission.mutation);
  if (changed) return refusedBy(changed.refusal);
  if (conclusion === null) return { message: 'The request would be sent to EKS.', refusal: null, association: null };
  return { ...conclusion, message: `The request would record: ${conclusion.message}` };
}

/**
 * That the service account has another revision than the request expects; null if not, and if it
 * expects none: nothing is read then.
 */
async function otherRevision<Kind extends OperationKind>(
  { associations, clock }: Pick<Dependencies, 'associations' | 'clock'>,
  mutation: AdmittedMutation<Kind>,
): Promise<RefusedConclusion | null> {
  const { operation, request, target } = mutation;
  const expected = expectedRevisions[operation](request);
  if (expected === null || associations === null) return null;
  const states = associations.getAssociationStates([target]);
  const [state] = await withDeadline(effectDeadline(mutation) - clock(), states, ledgerTimeout);
  const revision = state?.publicRevision ?? 0;
  return revision === expected ? null : revisionChanged(target, expected, revision);
}

function refusedBy(refusal: Refusal): Foreseen {
  return { message: refusal.message, refusal, association: null };
}

function visibleExisting(
  deps: Pick<Dependencies, 'authorize'>,
  authorization: AuthorizationContext,
  before: Association | null,
  refusal: Refusal | null,
): Association | null {
  if (before === null) return refusal?.kind === 'AssociationAlreadyExists' ? refusal.existing : null;
  const request = { action: 'DescribePodIdentityAssociation', association: before } as const;
  return deps.authorize(authorization, request).allowed ? before : null;
}
