import { personalAdvice, refusalWordsOf } from '../../../client/src/client/refusal-words.ts';
import type { Refusal as ClientRefusal, Warning } from '../../../client/src/client/result.ts';
import { hrefOf } from '../route.ts';
import { Diff } from './diff.tsx';
import { Rule } from './rule.tsx';
import { State } from './state.tsx';
import type { StateName } from './state.tsx';
import { Time } from './time.tsx';

/** A refusal of the API, with the fields that its types add. */
export type RefusalData = ClientRefusal;

const signs: Readonly<Record<string, StateName>> = {
  APPROVAL_REQUIRED: 'approval',
  APPROVAL_REJECTED: 'rejected',
  APPROVAL_EXPIRED: 'expired',
  APPROVAL_WITHDRAWN: 'refused',
  POLICY_DENIED: 'denied',
  CHANGES_LOCKED: 'locked',
};

/**
 * Why a request was refused: which rule, what to change, and whom to ask, as the command says it.
 */
export function Refusal({ refusal }: { readonly refusal: RefusalData }) {
  const { code, message, retryable } = refusal;
  const advice = personalAdvice(refusal);
  const rules = 'violations' in refusal ? refusal.violations : 'needs' in refusal ? refusal.needs : [];
  // The message and advice of a denial are often those of its rules, one after the other.
  const isSaid = (text: string, by: (rule: (typeof rules)[number]) => string | null) =>
    rules.length > 0 && rules.every((rule) => text.includes(by(rule) ?? ''));
  const isAdviceSaid = advice === null || isSaid(advice, (rule) => rule.advice);
  return (
    <section class={code === 'APPROVAL_REQUIRED' ? 'refusal waiting' : 'refusal'} aria-label="Refusal">
      <p>
        <State name={Object.hasOwn(signs, code) ? (signs[code] ?? 'refused') : 'refused'}>
          {refusalWordsOf(code).title}
        </State>
      </p>
      {!isSaid(message, (rule) => rule.message) && (
        <p>
          <bdi>{message}</bdi>
        </p>
      )}
      {!isAdviceSaid && <p>{advice}</p>}
      {rules.length > 0 && (
        <ul>
          {rules.map((rule) => (
            <Rule key={rule.policyId} {...rule} />
          ))}
        </ul>
      )}
      <Details refusal={refusal} />
      <p class="muted">
        {code}
        {retryable && ', the same request can succeed later'}
      </p>
    </section>
  );
}

/** What the type of a refusal adds. */
function Details({ refusal }: { readonly refusal: RefusalData }) {
  switch (refusal.__typename) {
    case 'InvalidInput':
      return (
        <ul>
          {refusal.findings.map(({ path, message, advice }) => (
            <li key={`${path}${message}`}>
              <bdi>{message}</bdi> {advice}
            </li>
          ))}
        </ul>
      );
    case 'PolicyDenied':
      return <Owners owners={refusal.owners} />;
    case 'ApprovalRequired':
      return refusal.approval ? (
        <p>
          <a href={hrefOf('approvals', { id: refusal.approval.id })}>The approval</a>
        </p>
      ) : (
        <ul>
          {refusal.needs.map(({ policyId, group, count }) => (
            <li key={policyId}>
              {count === 1 ? `One person of ${group} has` : `${count} people of ${group} have`} to agree.
            </li>
          ))}
        </ul>
      );
    case 'AssociationAlreadyExists':
    case 'AssociationChanged':
      if (!refusal.differences?.length) return null;
      return (
        <>
          <p>What is, and what you asked for:</p>
          <Diff
            label="Differences"
            fields={refusal.differences.map(({ field, existing, requested }) => ({
              field,
              before: existing,
              after: requested,
            }))}
          />
        </>
      );
    case 'ChangesLocked':
      return (
        <p>
          Locked by <bdi>{refusal.lockedBy}</bdi>, <Time at={refusal.lockedAt} />
          {refusal.reason && (
            <>
              : <bdi>{refusal.reason}</bdi>
            </>
          )}
        </p>
      );
    case 'TokenReused':
      return (
        <p>
          <a href={hrefOf('trail/operation', { id: refusal.originalOperationId })}>
            The operation of the other request
          </a>
        </p>
      );
    case 'EksRefused':
      return (
        <p>
          {refusal.exception}: <bdi>{refusal.eksMessage}</bdi>
        </p>
      );
    case 'AssociationNotFound':
    case 'VoteRefused':
    default:
      return null;
  }
}

function Owners({ owners }: { readonly owners: readonly string[] }) {
  if (owners.length === 0) return <p>The namespace has no owners: ask the platform admins.</p>;
  return (
    <p>
      Whom to ask: {owners.length === 1 ? 'group' : 'groups'} <strong>{owners.join(', ')}</strong>, which{' '}
      {owners.length === 1 ? 'owns' : 'own'} the namespace.
    </p>
  );
}

/** The code of the warning that IAM does not have the role. */
export const roleMissing = 'ROLE_NOT_FOUND';

/** What can keep pods from using an association, and what they need. */
export function Warnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  return warnings.map(({ code, message, advice }) => (
    <p key={`${code}${message}`} class="notice">
      <bdi>{message}</bdi> <bdi>{advice}</bdi>
    </p>
  ));
}
