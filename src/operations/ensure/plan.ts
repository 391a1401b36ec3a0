import type { HiddenAssociation } from '../../ledger/hidden-entry.ts';
import type { AssociationTarget } from '../../model/association.ts';
import type { Decision } from '../../model/decision.ts';
import { refusalFields } from '../../model/refusal.ts';
import type { AuthorizationContext } from '../../policy/policy.ts';
import type { EnsuredChange } from '../terms/admission.ts';
import { operationInProgress } from '../terms/conflict-conclusions.ts';
import { isDenied } from '../terms/decisions.ts';
import { anyAssociation, readContextOf } from '../terms/hidden.ts';
import { pick } from './pick.ts';
import type { Picked } from './pick.ts';
import { findOwnChange, readPresent } from './read.ts';
import type { DesiredBy } from './desired-by.ts';
import type { Read } from './read.ts';
import { changeRequest, invalidRequest, unseenRequest, validated } from './request.ts';
import type { DryRunPorts } from '../dry-run.ts';
import type { EnsureCall, EnsureRequest } from './request.ts';
import type { EnsureChange } from './result.ts';

/** What a desired state leads to, as far as reads tell. */
export type Plan =
  /** The request decides without a read: its input is not valid, or its principal may see nothing. */
  | {
      readonly kind: 'unread';
      readonly request: EnsureRequest;
      readonly picked: { readonly change: EnsureChange | null; readonly differences: readonly [] };
    }
  /** Nothing is to be changed, if the state has not moved since. */
  | { readonly kind: 'nothing'; readonly by: DesiredBy; readonly read: Read; readonly picked: Picked }
  | {
      readonly kind: 'change';
      readonly by: DesiredBy;
      readonly read: Read;
      readonly picked: Extract<Picked, { to: object }>;
      readonly request: EnsureRequest;
      readonly hasObstacle: boolean;
    };

/**
 * Reads what there is, and chooses the change that comes next. Who may neither make the association nor
 * list those of the namespace causes no read, and is answered as by a create or a delete. Throws
 * `EksReadFailed` and `LedgerUnavailable`.
 */
export async function plan(ports: DryRunPorts, call: EnsureCall, isDryRun: boolean): Promise<Plan> {
  const validInput = validated(call, ports);
  if (validInput.kind === 'invalid') return unread(invalidRequest(call, validInput), null);
  const { request: desired, reason, onBehalfOf, declaration } = validInput;
  const now = ports.clock();
  const { identity } = call;
  const authorization = { identity, onBehalfOf, hasReason: reason !== null, isDryRun, now };
  const readUntil = Math.min(call.deadline, now + ports.times.requestMs) - answerMs;
  const by: DesiredBy = { desired, declaration, authorization, readUntil };
  const unseen = (view: Decision, hidden: HiddenAssociation | null) =>
    unread(unseenRequest(call, by, view, hidden), 'DELETE');

  const { target, association } = desired;
  const list = listDecision(ports, authorization, target);
  if (!list.allowed) {
    if (association === null) return unseen(list, null);
    const { to } = pick(desired, nothingKnown);
    const isCreate = to?.operation === 'CREATE_POD_IDENTITY_ASSOCIATION';
    const decision = isCreate
      ? ports.authorize(authorization, { action: 'CreatePodIdentityAssociation', association: to.request })
      : null;
    if (to && decision && isDenied(decision) && !decision.unknownRoles?.length) {
      return unread(changeRequest(ports, call, by, to, null), 'CREATE');
    }
  }
  const read = await readPresent(ports, by);
  const own = read.uncertainty === 'busy' ? await findOwnChange(ports, by, read) : null;
  const picked = own ?? pick(desired, read.known);
  if (picked.to === null) {
    const view = association === null ? viewDecision(ports, by, read.hidden) : null;
    return view?.allowed === false ? unseen(view, read.hidden) : { kind: 'nothing', by, read, picked };
  }
  const obstacle = own ? null : obstacleTo(by, picked, read);
  const request = changeRequest(ports, call, by, picked.to, obstacle);
  return { kind: 'change', by, read, picked, request, hasObstacle: obstacle !== null };
}

function unread(request: EnsureRequest, change: EnsureChange | null): Plan {
  return { kind: 'unread', request, picked: { change, differences: [] } };
}

/** Time kept back from the reads for the change. Milliseconds. */
const answerMs = 8_000;

const nothingKnown = { revision: 0, association: null, expiresAt: null, isOwn: false, isConfirmed: false };

/** Whether policy lets a principal see which associations the namespace has. */
function listDecision(
  { authorize }: Pick<DryRunPorts, 'authorize'>,
  authorization: AuthorizationContext,
  { accountId, region, clusterName, namespace }: AssociationTarget,
): Decision {
  const scope = { kind: 'namespace', accountId, region, clusterName, namespace } as const;
  return authorize(readContextOf(authorization), { action: 'ListPodIdentityAssociations', scope });
}

/**
 * Whether a principal may be told that a service account has no association: decided without the one that
 * it has and that is hidden, so that the answer is the same, unless policy can't be evaluated for that one.
 */
function viewDecision(
  { authorize }: Pick<DryRunPorts, 'authorize'>,
  { authorization, desired: { target } }: DesiredBy,
  hidden: HiddenAssociation | null,
): Decision {
  if (hidden?.decision.failed) return hidden.decision;
  const association = { ...anyAssociation, ...target };
  return authorize(readContextOf(authorization), { action: 'DescribePodIdentityAssociation', association });
}

/** Why a change must not begin, although policy may permit it; null: nothing is known to stop it. */
function obstacleTo(
  { desired, declaration }: DesiredBy,
  { differences }: Picked,
  read: Read,
): EnsuredChange['obstacle'] {
  if (read.uncertainty !== null) return operationInProgress(desired.target);
  const { association: existing, isOwn } = read.known;
  if (existing === null || isOwn || desired.takeOver) return null;
  const outcome = 'DECLARED_ELSEWHERE';
  const { declaration: other = null } = read.state?.confirmed ?? {};
  const by =
    other === null ? 'without a declaration, or outside the gateway' : `by declaration ${JSON.stringify(other)}`;
  const message =
    `The association ${existing.associationId} was made or changed last ${by}, and not by ` +
    `${JSON.stringify(declaration)}; it was left as it is.`;
  const fields = refusalFields(outcome, message);
  const refusal = { ...fields, kind: 'AssociationChanged', existing, differences } as const;
  return { outcome, refusal, associationArn: existing.associationArn };
}
