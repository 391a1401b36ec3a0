import type { Times } from '../../idempotency/times.ts';
import { auditContextOf } from '../../ledger/audit-entry.ts';
import { requestedOperation } from '../../model/operation.ts';
import type { AuditContext } from '../../model/audit.ts';
import type { OperationKind, RequestOf } from '../../model/operation.ts';
import type { Association } from '../../model/association.ts';
import type { RecordPrincipal } from '../../model/principal.ts';
import { resolveCluster } from '../../validation/names.ts';
import type { ClusterDefaults } from '../../validation/names.ts';
import type { Admission, LoadedTarget, MutationCall, ValidRequest } from '../terms/admission.ts';
import type { Authorizer } from '../terms/authorizer.ts';
import { gone } from '../terms/conclusions.ts';
import { isDenied } from '../terms/decisions.ts';
import { checkExpiresAt } from '../terms/expires-at.ts';
import type { Operation, TargetReads } from '../terms/operation.ts';
import { denialAtExpiry, denialOf, invalidRefusal } from '../terms/refusals.ts';
import { authorizeWithRoles } from '../terms/authorize-with-roles.ts';
import { judgeExpiry } from '../terms/judge-expiry.ts';

/** What a request is admitted with. */
export interface AdmissionPorts extends TargetReads, Authorizer {
  readonly recordPrincipal: RecordPrincipal;
  readonly times: Times;
  /** Account and region of requests that name none. */
  readonly home: ClusterDefaults;
}

/**
 * Decides whether a request may be executed: validates it, loads its target, authorizes it, and
 * checks its precondition. Writes nothing. A dry run uses no token, so no record of an earlier
 * request answers it. Throws `EksReadFailed` where the target can't be read.
 */
export async function admit<Kind extends OperationKind>(
  ports: AdmissionPorts,
  operation: Operation<Kind>,
  { identity, input, deadline, ensured }: MutationCall<Kind>,
  { isDryRun }: { readonly isDryRun: boolean },
): Promise<Admission<Kind>> {
  const startedAt = ports.clock();
  const validated = operation.validate(input, ports.home);
  const { reason, onBehalfOf, declaration } = validated;
  const clientRequestToken = isDryRun ? null : validated.clientRequestToken;
  const authorization = { identity, onBehalfOf, hasReason: reason !== null, isDryRun, now: startedAt };
  const declared = declaration === null ? {} : { declaration };
  const audit: AuditContext = { ...auditContextOf(ports, operation.kind, identity), reason, onBehalfOf, ...declared };
  const denial = () => ports.preauthorize(authorization, operation.action, resolveCluster(input, ports.home));
  if (validated.kind === 'invalid') {
    return {
      kind: 'refused',
      request: null,
      outcome: 'INVALID_INPUT',
      refusal: invalidRefusal(validated),
      associationArn: null,
      clientRequestToken,
      authorization,
      audit: { ...audit, ...validated.recorded },
      denial,
    };
  }
  const valid: ValidRequest<Kind> = {
    operation: operation.kind,
    request: validated.request,
    clientRequestToken,
    authorization,
    audit: { ...audit, ...requestedOperation(operation.kind, validated.request) },
    startedAt,
    deadline: Math.min(deadline, startedAt + ports.times.requestMs),
    denial,
    ...(ensured ? { ensured } : {}),
  };
  return admitValid(ports, operation, valid);
}

/** {@link admit}, from loading the target on. */
async function admitValid<Kind extends OperationKind>(
  ports: AdmissionPorts,
  operation: Operation<Kind>,
  valid: ValidRequest<Kind>,
): Promise<Admission<Kind>> {
  const loaded = await operation.loadTarget(ports, valid);
  if (loaded.kind === 'refused') return { ...valid, ...loaded.refused, hidden: loaded.hidden, kind: 'refused' };
  if (loaded.kind === 'denied') {
    const { decision } = loaded;
    return denied(valid, denialOf(decision), { ...valid.audit, decision });
  }

  const decision = await authorizeWithRoles(ports, valid, operation.authorizationRequest(valid.request, loaded));
  const { tagsKnown } = loaded;
  const known = tagsKnown ? { tagsKnown } : {};
  const audit = { ...valid.audit, target: targetOf(loaded), before: loaded.before, decision, ...known };
  if (isDenied(decision)) return denied(valid, denialOf(decision), audit);

  const { target, before, isCurrent } = loaded;
  // No operation begins for an association that is not visible in EKS, also if the operation that
  // named it is released meanwhile.
  const unmet =
    (before && (isCurrent ? operation.checkPrecondition(valid.request, before) : gone(before))) ??
    checkExpiresAt(ports.times, operation.kind, valid.request, valid.startedAt);
  const after = before && stateAfter(operation, valid.request, before);
  const expiry = after && !unmet ? await judgeExpiry(ports, valid, after) : null;
  const judged = { ...audit, ...expiry };
  const { deleteDecision } = judged;
  if (deleteDecision && isDenied(deleteDecision)) return denied(valid, denialAtExpiry(deleteDecision), judged);
  const obstacle = valid.ensured?.obstacle ?? null;
  if (obstacle) return { ...valid, ...obstacle, audit: judged, kind: 'refused' };
  return { kind: 'admitted', mutation: { ...valid, target, before, unmet, audit: judged } };
}

/** An existing association as it is after a request. */
export function stateAfter<Kind extends OperationKind>(
  { expectedState }: Pick<Operation<Kind>, 'expectedState'>,
  request: RequestOf[Kind],
  before: Association,
): Association {
  return { ...before, ...expectedState(request, before)?.settings };
}

function denied<Kind extends OperationKind>(
  valid: ValidRequest<Kind>,
  denial: ReturnType<typeof denialOf>,
  audit: AuditContext,
) {
  return { ...valid, ...denial, audit, associationArn: null, kind: 'refused' } as const;
}

function targetOf({ target }: LoadedTarget): AuditContext['target'] {
  const { accountId, region, clusterName, namespace, serviceAccount } = target;
  return { accountId, region, clusterName, namespace, serviceAccount };
}
