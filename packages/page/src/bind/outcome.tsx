import type { MutationResult } from '../../../client/src/client/result.ts';
import { hrefOf } from '../route.ts';
import { Arn, Id } from '../ui/arn.tsx';
import { Facts } from '../ui/facts.tsx';
import { Refusal, Warnings } from '../ui/refusal.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { boundParams } from './change.ts';
import type { Pending } from './pending.ts';
import { Title } from './request.tsx';

interface OutcomeProps {
  readonly pending: Pending;
  readonly result: MutationResult;
  readonly onContinue: () => void;
  /** Called when the form is wanted again for the same association. */
  readonly onLeave: () => void;
  readonly onClose: () => void;
}

/** What became of a request. */
export function Outcome({ pending, result, onContinue, onLeave, onClose }: OutcomeProps) {
  const isDone = result.kind === 'succeeded';
  return (
    <section class="request" aria-label="Result" role="alert">
      <h2>
        <State name={isDone ? 'succeeded' : 'refused'} /> <Title pending={pending} />
      </h2>
      {isDone && <Done kind={pending.change.kind} result={result} onLeave={onLeave} />}
      {result.kind === 'refused' && <Refusal refusal={result.refusal} />}
      <p>
        Operation <Id id={result.operationId} href={hrefOf('trail/operation', { id: result.operationId })} />
      </p>
      {result.kind === 'refused' && result.refusal.retryable && (
        <button type="button" class="primary" onClick={onContinue}>
          Send it again
        </button>
      )}{' '}
      <button type="button" onClick={onClose}>
        {isDone ? 'Bind another role' : 'Close'}
      </button>
    </section>
  );
}

interface DoneProps extends Pick<OutcomeProps, 'onLeave'> {
  readonly kind: Pending['change']['kind'];
  readonly result: Extract<MutationResult, { kind: 'succeeded' }>;
}

function Done({ kind, onLeave, result: { association, adopted, replayed, warnings } }: DoneProps) {
  const { associationArn, roleArn, targetRoleArn, disableSessionTags, policy, tags, modifiedAt } = association;
  return (
    <>
      {adopted && <p>The association was there already, and is adopted: nothing changed at EKS.</p>}
      {replayed && (
        <p>It was done by an earlier attempt, whose answer had not arrived; this is what was recorded of it.</p>
      )}
      {kind === 'delete' && <p>It is deleted; this is how it was:</p>}
      <Warnings warnings={warnings} />
      <Facts
        facts={{
          Association: <Id id={associationArn} href={hrefOf('trail', { associationArn })} />,
          Role: <Arn arn={roleArn} />,
          'Target role': targetRoleArn && <Arn arn={targetRoleArn} />,
          'Session tags': disableSessionTags ? 'off' : null,
          'Session policy': policy,
          Tags: tags.map(({ key, value }) => `${key}=${value}`).join(', '),
          Modified: <Time at={modifiedAt} absolute />,
        }}
      />
      {kind !== 'delete' && (
        <p>
          <a href={hrefOf('bind', boundParams(association))} onClick={onLeave}>
            Change it
          </a>
        </p>
      )}
    </>
  );
}
