import type { LineFragment } from '../generated/trail.ts';
import { shortened, ClusterName } from '../ui/arn.tsx';
import { State } from '../ui/state.tsx';
import { eventWords } from './words.ts';

/** An event as its word and sign. One that this version does not know is shown by its name. */
export function Event({ event }: { readonly event: LineFragment['event'] }) {
  const [word, sign] = Object.hasOwn(eventWords, event) ? eventWords[event] : [event, 'operation' as const];
  return <State name={sign}>{word}</State>;
}

interface TargetNameProps extends Pick<LineFragment, 'target'> {
  readonly environment?: string | null;
}

/** E.g. `payments/api prod apps-prod`; in two lines, what differs most comes first. */
export function TargetName({ target, environment }: TargetNameProps) {
  if (target === null) return null;
  const { namespace, serviceAccount } = target;
  return (
    <span title={Object.values(target).join(' ')}>
      <bdi>
        <span class="if-wide">{namespace}/</span>
        {shortened(serviceAccount)}
      </bdi>{' '}
      <span class="muted second">
        <ClusterName place={target} environment={environment} /> <bdi class="if-narrow">{namespace}</bdi>
      </span>
    </span>
  );
}

/** What an entry is about: a service account, or a whole cluster. */
export function Subject({ target, cluster }: Pick<LineFragment, 'target' | 'cluster'>) {
  return target === null ? cluster && <ClusterName place={cluster} /> : <TargetName target={target} />;
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
