import { useState } from 'preact/hooks';
import type { VoteResult } from '../../../client/src/index.ts';
import { useGateway } from '../api/gateway.ts';
import { Problem } from '../ui/problem.tsx';
import { Refusal } from '../ui/refusal.tsx';

interface VoteFormProps {
  readonly id: string;
  /** Called after a vote, counted or not. */
  readonly onVote: () => void;
}

/** The most characters of a comment, as in the API. */
const maxComment = 1_024;

/**
 * Approves or rejects with a comment. The same vote again changes nothing, so it is sent again when
 * its answer is lost.
 */
export function VoteForm({ id, onVote }: VoteFormProps) {
  const { client } = useGateway();
  const [comment, setComment] = useState('');
  const [isSending, setSending] = useState(false);
  const [result, setResult] = useState<VoteResult | Error | null>(null);
  const vote = async (isApproved: boolean) => {
    setSending(true);
    const input = { approvalId: id, comment: comment.trim() || null };
    try {
      setResult(await (isApproved ? client.approve(input) : client.reject(input)));
    } catch (error) {
      setResult(error as Error);
    }
    setSending(false);
    onVote();
  };
  return (
    <form class="vote" aria-label="Your vote" onSubmit={(event) => event.preventDefault()}>
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
        <button type="button" class="primary" disabled={isSending} onClick={() => void vote(true)}>
          Approve
        </button>{' '}
        <button type="button" class="danger" disabled={isSending} onClick={() => void vote(false)}>
          Reject
        </button>
      </div>
      {result instanceof Error && <Problem error={result} />}
      {result !== null && !(result instanceof Error) && result.refusal && (
        <div role="alert">
          <p>Your vote was not counted.</p>
          <Refusal refusal={result.refusal} />
        </div>
      )}
    </form>
  );
}
