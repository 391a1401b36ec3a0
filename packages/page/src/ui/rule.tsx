import { useState } from 'preact/hooks';
import type { PolicyViolation } from '../../../../src/generated/types.ts';
import { useQuery } from '../api/use-query.ts';
import { OnePolicy } from '../generated/operations.ts';
import { PolicyCode } from '../operations/policy-text.tsx';
import { hrefOf } from '../route.ts';
import { Problem } from './problem.tsx';

type RuleProps = Pick<PolicyViolation, 'policyId' | 'message' | 'advice'>;

/** A rule that stands against a request, in plain words; its text is read when it is opened. */
export function Rule({ policyId, message, advice }: RuleProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <bdi>{message}</bdi> {advice !== message && advice}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          Rule <code>{policyId}</code>
        </summary>
        {isOpen && <RuleText policyId={policyId} />}
      </details>
    </li>
  );
}

function RuleText({ policyId }: { readonly policyId: string }) {
  const { data, error, reload } = useQuery(OnePolicy, { policyId });
  if (error) return <Problem error={error} retry={reload} />;
  if (data === null) return <p class="muted">Reading…</p>;
  if (data.policy === null) return <p class="muted">Its author does not show its text to everyone.</p>;
  return (
    <>
      <PolicyCode text={data.policy.text} />
      <a href={hrefOf('operations', { policy: policyId })}>All about the rule</a>
    </>
  );
}
