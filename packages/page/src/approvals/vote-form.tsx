import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { VoteResult } from '../../../client/src/index.ts';
import { useGateway } from '../api/gateway.ts';
import type { ApprovalFieldsFragment } from '../generated/approvals.ts';
import { Who } from '../trail/cells.tsx';
import { Problem } from '../ui/problem.tsx';
import { Refusal } from '../ui/refusal.tsx';
import { Time } from '../ui/time.tsx';
import { useAction } from '../ui/use-action.ts';
import { turnsChanged } from './turns.ts';

interface VoteFormProps {
  readonly approval: ApprovalFieldsFragment;
  /** Called after a vote, counted or not. */
  readonly onVote: () => void;
}

/** The most characters of a comment, as in the API. */
const maxComment = 1_024;

/**
 * Approves or rejects with a comment. The same vote again changes nothing, so it is sent again when
 * its answer is lost.
 */
export function VoteForm({ approval, onVote }: VoteFormProps) {
  const { client } = useGateway();
  const [comment, setComment] = useState('');
  const [result, setResult] = useState<VoteResult | null>(null);
  const { isBusy, error, run } = useAction();
  const vote = async (send: typeof client.approve) => {
    setResult(null);
    await run(async () => setResult(await send({ approvalId: approval.id, comment: comment.trim() || null })));
    turnsChanged();
    onVote();
  };
  if (result?.refusal === null) return <Next approval={approval} />;
  return (
    <form class="vote" aria-label="Your vote" onSubmit={(event) => event.preventDefault()}>
      {approval.viewerMayVote && (
        <>
          <label>
            Comment
            <textarea
              rows={2}
              maxLength={maxComment}
              value={comment}
              onInput={(event) => setComment(event.currentTarget.value)}
            />
          </label>
          <div>
            <button type="button" class="primary" disabled={isBusy} onClick={() => void vote(client.approve)}>
              Approve
            </button>{' '}
            <button type="button" class="danger" disabled={isBusy} onClick={() => void vote(client.reject)}>
              Reject
            </button>
          </div>
        </>
      )}
      {error && <Problem error={error} />}
      {result?.refusal && (
        <div role="alert">
          <p>Your vote was not counted.</p>
          <Refusal refusal={result.refusal} />
        </div>
      )}
    </form>
  );
}

/** What happens after a vote. It takes the focus of the button that is gone. */
function Next({ approval: { state, principal, expiresAt } }: Pick<VoteFormProps, 'approval'>) {
  const text = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => text.current?.focus(), []);
  const who = <Who principalId={principal.principalId} />;
  return (
    <p ref={text} tabIndex={-1} role="status" class="notice">
      Your vote is counted. {state === 'PENDING' && 'Others still have to agree.'}
      {state === 'REJECTED' && <>Nothing is changed, and {who} sees your comment.</>}
      {state === 'APPROVED' && (
        <>
          {who} can make the change until <Time at={expiresAt} absolute />; if their tab is still open, it does so by
          itself. You have nothing more to do.
        </>
      )}
      {state === 'USED' && 'The change is made, or under way.'}
    </p>
  );
}
