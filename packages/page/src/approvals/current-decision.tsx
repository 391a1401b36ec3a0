import type { CurrentDecisionFragment } from '../generated/approvals.ts';
import { Rule } from '../ui/rule.tsx';
import { State } from '../ui/state.tsx';

interface CurrentDecisionProps {
  readonly decision: CurrentDecisionFragment;
  /** What it is about. */
  readonly title: string;
  /** The policies that the approval is about. */
  readonly askedFor: readonly string[];
}

/**
 * What policy says now of the request, without the approvals that were given: it may have changed
 * since it was asked for.
 */
export function CurrentDecision({ decision, title, askedFor }: CurrentDecisionProps) {
  const { allowed, violations, needs } = decision;
  // Where an approval is all that is missing, the violations are the needs once more.
  const rules = needs.length > 0 ? needs.filter(({ policyId }) => !askedFor.includes(policyId)) : violations;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {allowed && (
        <p>
          <State name="approved">permitted</State> without an approval.
        </p>
      )}
      {!allowed && needs.length > 0 && (
        <p>
          <State name="approval" />
          {rules.length > 0 ? ', also for:' : ', as when it was asked for. Nothing else stands against it.'}
        </p>
      )}
      {!allowed && needs.length === 0 && (
        <p>
          <State name="denied" />: an approval would not help any more.
        </p>
      )}
      {rules.length > 0 && (
        <ul>
          {rules.map((rule) => (
            <Rule key={rule.policyId} {...rule} />
          ))}
        </ul>
      )}
    </section>
  );
}
