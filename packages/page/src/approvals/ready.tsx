import { useContext } from 'preact/hooks';
import { hrefOf } from '../route.ts';
import { TargetName } from '../trail/cells.tsx';
import { kindWords } from '../trail/words.ts';
import { Arn } from '../ui/arn.tsx';
import { Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { useAction } from '../ui/use-action.ts';
import { useMake } from './make.ts';
import { readyOf, TurnsContext } from './turns.ts';
import type { OwnApproval } from './turns.ts';

/** More than these are only in the inbox. */
const maxShown = 3;

/** What the person asked for and others approved: it is for them to make the change. */
export function Ready() {
  const turns = useContext(TurnsContext);
  const ready = turns === null ? [] : readyOf(turns, Date.now());
  if (ready.length === 0) return null;
  return (
    <section class="notice ready" aria-label="Approved for you">
      {ready.slice(0, maxShown).map((approval) => (
        <One key={approval.id} approval={approval} />
      ))}
      {ready.length > maxShown && (
        <p>
          <a href={hrefOf('approvals')}>{ready.length - maxShown} more</a>
        </p>
      )}
    </section>
  );
}

function One({ approval }: { readonly approval: OwnApproval }) {
  const { id, operation, target, environment, request, clientRequestToken } = approval;
  const make = useMake();
  const { isBusy, error, run } = useAction();
  // What can't be undone is looked at first, and what was asked through a service is for it to make.
  const isLookedAt = operation === 'DELETE_POD_IDENTITY_ASSOCIATION' || clientRequestToken === null;
  return (
    <div class="ready-one">
      <div>
        <State name="approved">approved</State> {kindWords[operation]}{' '}
        <TargetName target={target} environment={environment} />
        {request.roleArn && <Arn arn={request.roleArn} />}
      </div>
      <p>
        {!isLookedAt && (
          <button type="button" class="primary" disabled={isBusy} onClick={() => void run(() => make(approval))}>
            Make the change now
          </button>
        )}{' '}
        <a href={hrefOf('approvals', { id })}>Look at it</a>
      </p>
      {error && <Problem error={error} />}
    </div>
  );
}
