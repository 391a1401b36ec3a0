import { useQuery } from '../api/use-query.ts';
import { OperationState } from '../generated/bind.ts';
import type { OpenOperationsQuery } from '../generated/operations.ts';
import { hrefOf } from '../route.ts';
import { TargetName } from '../trail/cells.tsx';
import { kindWords } from '../trail/words.ts';
import { Id } from '../ui/arn.tsx';
import { Facts } from '../ui/facts.tsx';
import { Empty } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Time, useNow } from '../ui/time.tsx';

type Operation = NonNullable<OpenOperationsQuery['openOperations']>[number];

/** Operations whose outcome is not known: why, and what happens next. */
export function OpenOperations({ operations }: { readonly operations: readonly Operation[] }) {
  if (operations.length === 0) {
    return <Empty>None. An operation is here while it is not known what became of its EKS call.</Empty>;
  }
  return (
    <>
      <p class="muted">
        The reconciler finds out what became of them, and never sends a change again. You can close this page.
      </p>
      <ul class="cards" aria-label="Open operations">
        {operations.map((operation, index) => (
          <li key={operation.operationId}>
            <OpenOperation operation={operation} withTarget={index < maxTargets} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** How many operations are read for what they are about. */
const maxTargets = 20;

const parkedWords: Readonly<Record<NonNullable<Operation['parked']>, string>> = {
  CLUSTER_NOT_SERVED: 'the inventory lacks its cluster',
  INTENT_UNREADABLE: 'its INTENT entry can’t be read',
};

function OpenOperation({ operation, withTarget }: { readonly operation: Operation; readonly withTarget: boolean }) {
  const { operationId, kind, startedAt, inDoubtUntil, attempts, nextAttemptAt, parked, message } = operation;
  const { data } = useQuery(OperationState, withTarget ? { id: operationId } : null);
  return (
    <article aria-label={`${kindWords[kind]} ${operationId}`}>
      <h3>
        {parked === null ? (
          <State name="unknown" />
        ) : (
          <State name="failed">waits for operators: {parkedWords[parked]}</State>
        )}{' '}
        <a href={hrefOf('trail/operation', { id: operationId })}>
          {kindWords[kind]} <TargetName target={data?.operation?.target ?? null} />
        </a>
      </h3>
      {message && (
        <p>
          <bdi>{message}</bdi>
        </p>
      )}
      <Facts
        facts={{
          Operation: <Id id={operationId} href={hrefOf('trail/operation', { id: operationId })} />,
          Started: <Time at={startedAt} />,
          Examined: attempts === 0 ? 'not yet' : attempts === 1 ? 'once' : `${attempts} times`,
          'Examined again': nextAttemptAt && <Time at={nextAttemptAt} />,
          'Can take effect': <Until at={inDoubtUntil} />,
        }}
      />
    </article>
  );
}

/** Until when an operation can take effect at EKS. */
function Until({ at }: { readonly at: string }) {
  return Date.parse(at) <= useNow() ? (
    <>no longer</>
  ) : (
    <>
      until <Time at={at} absolute />
    </>
  );
}
