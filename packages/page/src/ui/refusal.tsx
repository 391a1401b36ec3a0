import type { Refusal as ClientRefusal } from '../../../client/src/client/result.ts';
import { hrefOf } from '../route.ts';
import { State } from './state.tsx';

/** A refusal of the API, with the fields that its types add. */
export type RefusalData = ClientRefusal;

/** Why a request was refused: which rule, what to change, and whom to ask, as the command says it. */
export function Refusal({ refusal }: { readonly refusal: RefusalData }) {
  const { code, message, advice, retryable } = refusal;
  const violations = 'violations' in refusal ? refusal.violations : [];
  const findings = 'findings' in refusal ? refusal.findings : [];
  const owners = 'owners' in refusal ? refusal.owners : [];
  const approval = 'approval' in refusal ? refusal.approval : null;
  return (
    <section class="refusal" aria-label="Refusal">
      <p>
        <State name={code === 'APPROVAL_REQUIRED' ? 'approval' : code === 'POLICY_DENIED' ? 'denied' : 'refused'} />{' '}
        {message}
      </p>
      {advice && <p>{advice}</p>}
      {violations.length > 0 && (
        <ul>
          {violations.map(({ policyId, message: text, advice: help }) => (
            <li key={policyId}>
              <code>{policyId}</code>: {text} {help}
            </li>
          ))}
        </ul>
      )}
      {findings.length > 0 && (
        <ul>
          {findings.map(({ path, message: text, advice: help }) => (
            <li key={`${path}${text}`}>
              <code>{path}</code>: {text} {help}
            </li>
          ))}
        </ul>
      )}
      {owners.length > 0 && <p>Ask {owners.join(' or ')}.</p>}
      {approval && <a href={hrefOf('approvals', { id: approval.id })}>Follow the approval</a>}
      <p class="muted">
        {code}
        {retryable && ', the same request can succeed later'}
      </p>
    </section>
  );
}
