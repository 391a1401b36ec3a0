import type { Conclusion, RefusedConclusion } from '../idempotency/conclusion.ts';
import { recordEntry } from '../ledger/audit-entry.ts';
import { ledgerTimeout } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Association } from '../model/association.ts';
import type { AuditContext, AuditEntry } from '../model/audit.ts';
import type { Decision } from '../model/decision.ts';
import type { LockMemory } from '../model/lock.ts';
import { expectedRevisions } from '../model/operation.ts';
import type { OperationKind } from '../model/operation.ts';
import { retryAfterSecondsOf } from '../model/refusal.ts';
import type { Difference, Refusal } from '../model/refusal.ts';
import type { AuthorizationContext, Authorize } from '../policy/policy.ts';
import type { NewUlid } from '../runtime/clock.ts';
import { withDeadline } from '../runtime/deadline.ts';
import { effectDeadline } from './terms/admission.ts';
import type { Admission, AdmittedMutation, MutationCall } from './terms/admission.ts';
import { nothingToChange, settledBefore } from './approvals/before-asking.ts';
import { foreseeApproval } from './approvals/foresee-approval.ts';
import type { ForeseePorts } from './approvals/foresee-approval.ts';
import { approvalRequired } from './approvals/refusals.ts';
import { authorizeWithRoles } from './terms/authorize-with-roles.ts';
import type { Authorizer } from './terms/authorizer.ts';
import { revisionChanged } from './terms/conflict-conclusions.ts';
import { missingNeeds } from './terms/decisions.ts';
import { judgeExpiry } from './terms/judge-expiry.ts';
import type { StateAuthorizer } from './terms/judge-expiry.ts';
import { lockedRefusal, lockOn, locksFor } from './terms/locks.ts';
import { admit, stateAfter } from './flow/admit.ts';
import type { AdmissionPorts } from './flow/admit.ts';
import type { Operation } from './terms/operation.ts';
import { preflightSubject } from './warnings/subject.ts';
import type { DryRunSubject } from './warnings/subject.ts';
import { denialAtExpiry, denialOf, redactFor } from './terms/refusals.ts';

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
export interface DryRunPorts extends AdmissionPorts, ForeseePorts {
  readonly ledger: Ledger;
  readonly lockMemory: LockMemory;
  readonly ulid: NewUlid;
}

/**
 * Admits a mutation without executing it, checks for what would prevent its effect, and records the
 * result. Throws as the mutation does.
 */
export async function dryRun<Kind extends OperationKind>(
  ports: DryRunPorts,
  operation: Operation<Kind>,
  call: MutationCall<Kind>,
): Promise<DryRunResult> {
  const foreseen = await foreseeRequest(ports, operation, call);
  const { admission, request, denial, refusal, existing, differences, audit, onlyAsDryRun } = foreseen;
  const auditEntry = await recordEntry(ports, audit, {
    operationId: ports.ulid(ports.clock()),
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
  ports: DryRunPorts,
  operation: Operation<Kind>,
  call: MutationCall<Kind>,
) {
  const admission = await admit(ports, operation, call, { isDryRun: true });
  const { request, authorization, denial, ...admitted } =
    admission.kind === 'admitted' ? admission.mutation : admission;
  const { message, association, expiry, approved, ...foreseen } = await foresee(ports, operation, admission);
  const { audit: judged } = approved ? { audit: approved } : admitted;
  const audit = { ...judged, before: association ?? judged.before, ...expiry };
  const onlyAsDryRun = [audit.decision, audit.deleteDecision].some((decision) => decision?.onlyAsDryRun === true);
  const denied =
    onlyAsDryRun && admission.kind === 'admitted' && foreseen.refusal === null
      ? await denialAsChange(ports, operation, admission.mutation, association)
      : null;
  const { refusal } = redactFor(ports.authorize, authorization, { refusal: foreseen.refusal ?? denied });
  const existing = visibleExisting(ports.authorize, authorization, audit.before, refusal);
  const differences = existing && request && operation.differences(request, existing);
  return { admission, request, denial, message, audit, refusal, existing, differences, onlyAsDryRun };
}

/**
 * The refusal of a request that policy allows as a dry run only, or whose expiry it does. `adopted`
 * is what a create would adopt.
 */
async function denialAsChange<Kind extends OperationKind>(
  authorizer: Authorizer,
  operation: Operation<Kind>,
  mutation: AdmittedMutation<Kind>,
  adopted: Association | null,
): Promise<Refusal | null> {
  const { request, target, before, audit } = mutation;
  const asChange = { ...mutation, authorization: { ...mutation.authorization, isDryRun: false } };
  if (audit.decision?.onlyAsDryRun !== true) {
    const after = before ? stateAfter(operation, request, before) : adopted;
    const expiry = after && (await judgeExpiry(authorizer, asChange, after));
    return expiry?.deleteDecision ? denialAtExpiry(expiry.deleteDecision).refusal : null;
  }
  const loaded = { kind: 'loaded', target, before, isCurrent: true } as const;
  return denialOf(await authorizeWithRoles(authorizer, asChange, operation.authorizationRequest(request, loaded)))
    .refusal;
}

/** What the mutation would conclude. `association` is the one that it would adopt. */
interface Foreseen extends Pick<Conclusion, 'refusal' | 'association' | 'expiry'> {
  readonly message: string;
  /** The audit context by the approval that it would use; absent without one. */
  readonly approved?: AuditContext;
}

async function foresee<Kind extends OperationKind>(
  ports: DryRunPorts,
  operation: Operation<Kind>,
  admission: Admission<Kind>,
): Promise<Foreseen> {
  if (admission.kind === 'refused') return refusedBy(admission.refusal);
  if (admission.mutation.unmet) return refusedBy(admission.mutation.unmet.refusal);
  const { mutation } = admission;
  const needs = missingNeeds(mutation.audit);
  if (needs.length === 0) return foreseeAllowed(ports, operation, mutation);
  const approval = await foreseeApproval(ports, mutation, needs);
  switch (approval.kind) {
    case 'given': {
      const { audit } = approval;
      return { ...(await foreseeAllowed(ports, operation, { ...mutation, audit })), approved: audit };
    }
    case 'pending':
      return refusedBy(approvalRequired(needs, approval.approval));
    case 'none': {
      const lock = lockOn(await locksFor(ports, mutation), mutation);
      if (lock) return refusedBy(lockedRefusal(lock));
      const settled = await settledBefore(ports, operation, mutation);
      if (settled === null) return refusedBy(approvalRequired(needs, null, approval.changes));
      if (settled.kind === 'unchanged') return refusedBy(nothingToChange(needs));
      return concluded(settled.conclusion);
    }
  }
}

/** What a mutation would conclude that needs no approval, or has it. */
async function foreseeAllowed<Kind extends OperationKind>(
  ports: DryRunPorts,
  operation: Operation<Kind>,
  mutation: AdmittedMutation<Kind>,
): Promise<Foreseen> {
  const lock = lockOn(await locksFor(ports, mutation), mutation);
  if (lock) return refusedBy(lockedRefusal(lock));
  const conclusion = await operation.foresee(ports, mutation);
  const changed = conclusion?.refusal ? null : await otherRevision(ports, mutation);
  if (changed) return refusedBy(changed.refusal);
  if (conclusion === null) return { message: 'The request would be sent to EKS.', refusal: null, association: null };
  return concluded(conclusion);
}

function concluded(conclusion: Conclusion): Foreseen {
  return { ...conclusion, message: `The request would record: ${conclusion.message}` };
}

/**
 * That the service account has another revision than the request expects; null if not, and if it
 * expects none: nothing is read then.
 */
async function otherRevision<Kind extends OperationKind>(
  { associations, clock }: StateAuthorizer,
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
  authorize: Authorize,
  authorization: AuthorizationContext,
  before: Association | null,
  refusal: Refusal | null,
): Association | null {
  if (before === null) return refusal?.kind === 'AssociationAlreadyExists' ? refusal.existing : null;
  const request = { action: 'DescribePodIdentityAssociation', association: before } as const;
  return authorize(authorization, request).allowed ? before : null;
}
