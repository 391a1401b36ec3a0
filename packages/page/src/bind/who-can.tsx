import type { Cluster, Namespace } from './place.tsx';

interface WhoCanProps {
  readonly cluster: Cluster;
  readonly namespaces: readonly Namespace[];
  readonly onContinue: () => void;
}

/** Who can bind roles, for a person whose groups own no namespace of a cluster. */
export function WhoCan({ cluster, namespaces, onContinue }: WhoCanProps) {
  return (
    <section class="notice who-can" aria-label="Who can bind roles">
      <p>
        None of your groups owns a namespace of <bdi>{cluster.clusterName}</bdi>. Ask one of the owners to bind the
        role:
      </p>
      <dl class="facts">
        {namespaces.map(({ name, owners }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{owners.length > 0 ? owners.join(', ') : 'no owners'}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={onContinue}>
        Fill in the form all the same
      </button>
    </section>
  );
}
