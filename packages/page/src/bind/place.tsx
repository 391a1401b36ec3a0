import { clusterKey } from '../api/cluster-key.ts';
import type { Cluster, Namespace } from './change.ts';
import type { Draft } from './draft.ts';
import { Field, Help } from './field.tsx';
import type { Form } from './field.tsx';

/** The cluster that a draft names; undefined if it is none of those, or could be several. */
export function clusterOf(draft: Draft, clusters: readonly Cluster[]): Cluster | undefined {
  const { clusterName, accountId, region } = draft;
  const [found, another] = clusters.filter(
    (one) =>
      one.clusterName === clusterName &&
      (!accountId || one.accountId === accountId) &&
      (!region || one.region === region),
  );
  return another === undefined ? found : undefined;
}

/** The groups that own a namespace, by its name or by the longest prefix. */
export function ownersOf(name: string, namespaces: readonly Namespace[]): readonly string[] {
  const fits = (one: Namespace) =>
    one.name.endsWith('*') ? name.startsWith(one.name.slice(0, -1)) : one.name === name;
  const [best] = namespaces.filter(fits).toSorted((one, other) => rank(other) - rank(one));
  return best?.owners ?? [];
}

function rank({ name }: Namespace): number {
  return name.endsWith('*') ? name.length : Infinity;
}

/** The cluster of the pods that get the role. */
export function ClusterChoice({ form }: { readonly form: Form }) {
  const { draft, clusters, cluster: chosen, isRemembered } = form;
  const choose = (key: string) => {
    const cluster = clusters.find((one) => clusterKey(one) === key);
    form.set(cluster ? clusterFields(cluster) : { clusterName: '', accountId: '', region: '' });
  };
  return (
    <div class="field">
      <label for="bind-clusterName">Cluster</label>
      <select
        id="bind-clusterName"
        aria-describedby="bind-clusterName-help"
        value={chosen ? clusterKey(chosen) : (draft.clusterName ?? '')}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {!chosen && <option value={draft.clusterName ?? ''}>{draft.clusterName ?? 'Choose a cluster'}</option>}
        {clusters.map((one) => (
          <option key={clusterKey(one)} value={clusterKey(one)}>
            {one.clusterName} ({one.environment}, {one.accountId}, {one.region})
          </option>
        ))}
      </select>
      <Help {...{ form, name: 'clusterName' }} hint={isRemembered && 'You used it last.'} />
    </div>
  );
}

/** Namespace and service account of the pods that get the role. */
export function ServiceAccount({ form }: { readonly form: Form }) {
  const { namespaces, owners } = form;
  const [prefixes = [], names = []] = [true, false].map((isPrefix) =>
    namespaces.map(({ name }) => name).filter((name) => name.endsWith('*') === isPrefix),
  );
  const others = prefixes.length > 0 && `Also any that fits ${prefixes.join(' or ')}.`;
  return (
    <>
      <Field
        {...{ form, name: 'namespace', label: 'Namespace', offered: names }}
        hint={owners.length > 0 ? `It belongs to ${owners.join(', ')}.` : others}
      />
      <Field {...{ form, name: 'serviceAccount', label: 'Service account' }} hint="It need not exist yet." />
    </>
  );
}

/** What a draft has of a cluster. */
export function clusterFields({ clusterName, accountId, region }: Cluster): Draft {
  return { clusterName, accountId, region };
}
