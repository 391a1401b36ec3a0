import type { LineFragment } from '../generated/trail.ts';
import { shortened } from '../ui/arn.tsx';
import { State } from '../ui/state.tsx';
import { eventWords } from './words.ts';

/** An event as its word and sign. One that this version does not know is shown by its name. */
export function Event({ event }: { readonly event: LineFragment['event'] }) {
  const [word, sign] = Object.hasOwn(eventWords, event) ? eventWords[event] : [event, 'operation' as const];
  return <State name={sign}>{word}</State>;
}

/** E.g. `apps-prod payments/api`. */
export function TargetName({ target }: Pick<LineFragment, 'target'>) {
  if (target === null) return null;
  const { clusterName, namespace, serviceAccount } = target;
  return (
    <span title={Object.values(target).join(' ')}>
      <bdi>
        {namespace}/{shortened(serviceAccount)}
      </bdi>{' '}
      <bdi class="muted">{shortened(clusterName)}</bdi>
    </span>
  );
}

/** A principal: what tells it apart first. */
export function Who({ principalId }: { readonly principalId: string }) {
  const short = principalId.split('#').at(-1) ?? principalId;
  return (
    <bdi title={principalId}>
      {shortened(short.startsWith('iam:') ? (short.split(':').at(-1) ?? short) : short, 32)}
    </bdi>
  );
}
