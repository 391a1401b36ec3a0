import { useQuery } from '../api/use-query.ts';
import { ApprovalFacts } from '../generated/approvals.ts';
import type { ApprovalFactsQuery, ApprovalFieldsFragment, CurrentDecisionFragment } from '../generated/approvals.ts';
import { hrefOf } from '../route.ts';
import { Event, Who } from '../trail/cells.tsx';
import { settingsDiff } from '../trail/settings-diff.ts';
import { kindWords } from '../trail/words.ts';
import { Diff } from '../ui/diff.tsx';
import { Problem } from '../ui/problem.tsx';
import { Warnings } from '../ui/refusal.tsx';
import { Rule } from '../ui/rule.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';

type Around = NonNullable<ApprovalFactsQuery['approval']>;

/** What is around a request, as far as the reader may see it: what is now, who uses the role, who changed it. */
export function Surroundings({ approval }: { readonly approval: ApprovalFieldsFragment }) {
  const { data, error, reload } = useQuery(ApprovalFacts, { id: approval.id });
  if (error) return <Problem error={error} retry={reload} />;
  const around = data?.approval ?? null;
  if (around === null) return null;
  const { currentDecision, currentDeleteDecision, warnings, roleUse, recentChanges } = around;
  const askedFor = approval.needs.map(({ policyId }) => policyId);
  const title = 'What policy says now';
  return (
    <>
      <Existing approval={approval} existing={around.existing} />
      <Warnings warnings={warnings} />
      {currentDecision && <CurrentDecision {...{ title, askedFor, decision: currentDecision }} />}
      {currentDeleteDecision && (
        <CurrentDecision
          {...{ askedFor, decision: currentDeleteDecision }}
          title={`${title} of the deletion at its end`}
        />
      )}
      {roleUse && (
        <p>
          <a href={hrefOf('fleet', { roleArn: approval.request.roleArn })}>
            {roleUse.count}
            {roleUse.isComplete ? '' : ' or more'} association{roleUse.count === 1 ? '' : 's'}
          </a>{' '}
          that you may see {roleUse.count === 1 ? 'uses' : 'use'} the role today.
        </p>
      )}
      {recentChanges && (
        <>
          <h3>Last changes of the service account</h3>
          {recentChanges.length === 0 && <p class="muted">none through the gateway</p>}
          <ul>
            {recentChanges.map(({ id, time, event, operationKind, principal }) => (
              <li key={id}>
                <a href={hrefOf('trail/entry', { id })}>
                  <Event event={event} /> {kindWords[operationKind]}
                </a>{' '}
                <span class="muted">
                  <Time at={time} /> by <Who principalId={principal.principalId} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** What is now, where it is not what it was when the request was sent. */
function Existing({ approval, existing }: { readonly approval: ApprovalFieldsFragment } & Pick<Around, 'existing'>) {
  const { before, operation, state, request } = approval;
  if (existing === null || (state !== 'PENDING' && state !== 'APPROVED')) return null;
  if (existing.associationId === before?.associationId && existing.modifiedAt === before.modifiedAt) return null;
  return (
    <section class="notice" aria-label="What is now">
      <p>
        {before === null
          ? 'An association has appeared since it was asked for. This is what the request would change:'
          : 'The association was changed since it was asked for. This is what it is now, and what it would become:'}
      </p>
      <Diff fields={settingsDiff({ operationKind: operation, before: existing, request })} label="Now" />
    </section>
  );
}

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
function CurrentDecision({ decision, title, askedFor }: CurrentDecisionProps) {
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
