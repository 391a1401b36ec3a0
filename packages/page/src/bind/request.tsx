import type { ApprovalStatus } from '../../../client/src/client/approval.ts';
import { usePolling, useQuery } from '../api/use-query.ts';
import { OperationState } from '../generated/bind.ts';
import { hrefOf } from '../route.ts';
import { Id, Copy } from '../ui/arn.tsx';
import { Diff } from '../ui/diff.tsx';
import { reasonWords, Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { diffOfChange } from './change-diff.ts';
import type { Pending } from './pending.ts';
import type { Progress } from './sending.ts';

/** How long the outcome of an operation can stay unknown, as the contract says. Milliseconds. */
const longestMs = 7 * 60_000;
/** How often the operation is read while its outcome is not known. Milliseconds. */
const againMs = 5_000;

/** What is asked for, e.g. "Bind a role to payments/api in apps-dev". */
export function Title({ pending: { change, place } }: { readonly pending: Pending }) {
  const { clusterName, namespace, serviceAccount } = place;
  const words = {
    create: 'Bind a role to',
    update: 'Change the association of',
    delete: 'Delete the association of',
    adopt: 'Adopt the association of',
  };
  return (
    <>
      {words[change.kind]}{' '}
      <bdi>
        {namespace}/{serviceAccount}
      </bdi>{' '}
      in <bdi>{clusterName}</bdi>
    </>
  );
}

interface UnderWayProps {
  readonly pending: Pending;
  readonly progress: Exclude<Progress, { phase: 'ended' | 'failed' }>;
  readonly onStop: () => void;
}

/** A request under way: how far it is, and what the person may do meanwhile. */
export function UnderWay({ pending, progress, onStop }: UnderWayProps) {
  const isInDoubt = progress.phase === 'waiting' && progress.operationId !== null;
  const sign = progress.phase === 'held' ? 'approval' : isInDoubt ? 'unknown' : 'inProgress';
  return (
    <section class="request" aria-label="Request">
      <h2>
        <State name={sign} /> <Title pending={pending} />
      </h2>
      <p role="status">
        <ProgressText progress={progress} />
      </p>
      {progress.phase === 'waiting' && progress.operationId !== null && (
        <InDoubt id={progress.operationId} submittedAt={pending.submittedAt} />
      )}
      {progress.phase === 'waiting' && progress.operationId === null && (
        <p>
          The same request is sent again with the same token: it is carried out once, also if only its answer was lost.
        </p>
      )}
      {progress.phase === 'held' && <Held approval={progress.approval} />}
      <p>
        <button type="button" onClick={onStop}>
          Stop waiting
        </button>
      </p>
    </section>
  );
}

function ProgressText({ progress }: Pick<UnderWayProps, 'progress'>) {
  if (progress.phase === 'sending') return <>Attempt {progress.attempt} is under way.</>;
  if (progress.phase === 'held') return <>Others have to agree first.</>;
  const { attempt, until, reason } = progress;
  const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1_000));
  return (
    <>
      No result yet (<bdi>{reasonWords(reason)}</bdi>). Attempt {attempt} follows in {seconds} s.
    </>
  );
}

/** An operation whose outcome is not known yet: why, until when, and that nobody has to wait. */
function InDoubt({ id, submittedAt }: { readonly id: string; readonly submittedAt: number }) {
  const loaded = useQuery(OperationState, { id });
  usePolling(loaded, againMs);
  const operation = loaded.data?.operation ?? null;
  const startedAt = operation ? Date.parse(operation.startedAt) : submittedAt;
  return (
    <div class="notice">
      <p>
        {operation?.message ? <bdi>{operation.message}</bdi> : 'What became of the EKS call is not known yet.'} It will
        be known by <Time at={new Date(startedAt + longestMs).toISOString()} absolute /> at the latest, mostly much
        earlier.
      </p>
      <p>
        The gateway finds out by itself: you can close this page. What became of it is in{' '}
        <a href={hrefOf('trail/operation', { id })}>its operation</a>.
      </p>
    </div>
  );
}

function Held({ approval: { id, state, needs, expiresAt } }: { readonly approval: ApprovalStatus }) {
  return (
    <div class="notice">
      <ul>
        {needs.map(({ policyId, message, group, count, approvedBy }) => (
          <li key={policyId}>
            <bdi>{message}</bdi> Approved by {approvedBy.length} of {count} of {group}.
          </li>
        ))}
      </ul>
      <p>
        <a href={hrefOf('approvals', { id })}>The approval</a>{' '}
        <Copy text={new URL(hrefOf('approvals', { id }), location.href).href} what="the link to the approval" />
        {state === 'PENDING' && (
          <>
            expires <Time at={expiresAt} />
          </>
        )}
        . Send its link to those who have to agree.
      </p>
      <p>
        You can close this tab. While it is open, the request is sent again by itself once it is approved. Later, and
        from any device, the approval has “Make the change now”.
      </p>
    </div>
  );
}

interface StoppedProps {
  readonly pending: Pending;
  /** Why it was stopped; null after a reload. */
  readonly error: Error | null;
  readonly onContinue: () => void;
  readonly onForget: () => void;
}

/** A request without a final result that is not sent any more, e.g. after a reload. */
export function Stopped({ pending, error, onContinue, onForget }: StoppedProps) {
  const { change, submittedAt } = pending;
  return (
    <section class="request" aria-label="Request">
      <h2>
        <State name="unknown" /> <Title pending={pending} />
      </h2>
      <p>
        You sent this request <Time at={new Date(submittedAt).toISOString()} />, and it has no final result yet.
        “Continue” sends the same request with the same token: what was done is not done again.
      </p>
      {error && <Problem error={error} />}
      {change.kind === 'create' && <Diff fields={diffOfChange(change, null)} label="Settings" />}
      <p class="muted">
        Token <Id id={change.input.clientRequestToken ?? ''} />
      </p>
      <p>
        <button type="button" class="primary" onClick={onContinue}>
          Continue
        </button>{' '}
        <button type="button" onClick={onForget}>
          Forget it
        </button>
      </p>
      <p class="muted">“Forget it” undoes nothing: the change may be made, and the trail says so.</p>
    </section>
  );
}
