import { useEffect, useRef, useState } from 'preact/hooks';
import { clusterKey } from '../api/cluster-key.ts';
import { useGateway } from '../api/gateway.ts';
import { Empty, Problem } from '../ui/problem.tsx';
import { changeOf, textsOf } from './change.ts';
import type { Change } from './change.ts';
import { kindOf, tagsOf, textOfTags } from './draft.ts';
import { Effect } from './effect.tsx';
import type { Form } from './field.tsx';
import { Fields, Head } from './fields.tsx';
import { findingsAt, findingsOf } from './findings.ts';
import { keepLastCluster } from './pending.ts';
import type { Pending } from './pending.ts';
import { ownersOf } from './place.tsx';
import { Submit } from './submit.tsx';
import { useCheck } from './use-check.ts';
import { useDraft } from './use-draft.ts';
import { useCluster, useBound, useOffered } from './use-known.ts';
import { WhoCan } from './who-can.tsx';

interface EditorProps {
  /** The request that was refused last: it is not checked again. */
  readonly refused: Change | null;
  /** Whether a request is under way, which is shown in its place. */
  readonly isHidden: boolean;
  readonly onSubmit: (change: Change, place: Pending['place']) => void;
}

/** The form, beside what it will do. */
export function Editor({ refused, isHidden, onSubmit }: EditorProps) {
  const { viewer } = useGateway();
  const { draft, change: setDraft, write, isTouched, touch } = useDraft();
  const [isSubmitted, setSubmitted] = useState(false);
  const [isAnyway, setAnyway] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const { bound, error, reload, data } = useBound(draft);
  const { clusters, namespaces, roles } = useOffered(draft, bound);
  const isRefused = refused !== null;
  useEffect(() => {
    // Others may have changed it: that is what the refusal says, or it is to be known before the
    // next attempt.
    if (isRefused) reload();
  }, [isRefused, reload]);
  const kind = kindOf(draft);
  const change = changeOf(draft, bound, roles ?? []);
  const findings = change === null ? [] : findingsOf(change, Date.now());
  const isSame = JSON.stringify(change) === JSON.stringify(refused);
  const isReady = change !== null && findings.length === 0;
  const check = useCheck(isReady && isTouched && !isHidden && !isSame ? change : null);
  const isUnchecked = isReady && !isTouched;

  const { cluster, isRemembered } = useCluster(viewer.id, draft, clusters, (place) =>
    setDraft(place, { isOwn: false }),
  );
  const owned = namespaces.nodes.filter(({ owners }) => owners.some((owner) => viewer.groups.includes(owner)));
  const isOwner = owned.length > 0;
  const [home, ...others] = owned.filter(({ name }) => !name.endsWith('*')).map(({ name }) => name);
  const isHome = kind === 'create' && others.length === 0 && !namespaces.hasMore && !draft.namespace;
  useEffect(() => {
    if (home && isHome) setDraft({ namespace: home }, { isOwn: false });
  }, [cluster && clusterKey(cluster), home]);
  const isStranger = kind === 'create' && !isOwner && !isAnyway && !namespaces.hasMore && namespaces.nodes.length > 0;
  const texts = bound === null ? {} : textsOf(bound);
  const form: Form = {
    kind,
    draft,
    bound,
    cluster,
    isRemembered,
    roles,
    isUnchecked,
    clusters: clusters.nodes,
    namespaces: namespaces.nodes,
    owners: ownersOf(bound?.namespace ?? draft.namespace ?? '', namespaces.nodes),
    valueOf: (name) => draft[name] ?? texts[name] ?? '',
    set: setDraft,
    findingsAt: (path) => findingsAt(findings, path, isSubmitted),
  };
  const addTag = (key: string) => {
    const tags = tagsOf(draft.tags).filter((tag) => tag.key !== '' || tag.value !== '');
    setDraft({ tags: textOfTags([...tags, { key, value: '' }]) });
    // Its value is for the person to give.
    requestAnimationFrame(() =>
      element.current?.querySelectorAll('.tag')[tags.length]?.querySelector<HTMLElement>('input + input')?.focus(),
    );
  };
  const submit = (event: Event) => {
    event.preventDefault();
    setSubmitted(true);
    write();
    if (isUnchecked) touch();
    else if (change !== null && findings.length === 0) {
      if (kind === 'create' && cluster) keepLastCluster(viewer.id, cluster);
      const { clusterName = '', namespace = '', serviceAccount = '' } = bound ?? draft;
      onSubmit(change, { clusterName, namespace, serviceAccount });
    } else requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  };

  if (isHidden) return null;
  if (kind !== 'create' && bound === null) {
    if (error) return <Problem error={error} retry={reload} />;
    if (data !== null && data.podIdentityAssociation === null)
      return <Empty>There is no association {draft.associationId} in this cluster, or you may not view it.</Empty>;
    return <p class="muted">Reading the association…</p>;
  }
  if (clusters.error) return <Problem error={clusters.error} retry={clusters.reload} />;
  if (kind === 'create' && clusters.nodes.length === 0 && !clusters.hasMore)
    return (
      <Empty>
        Here would be the clusters in which you may see associations; there is none. Ask the group that owns your
        namespace to take you in, or the platform admins.
      </Empty>
    );
  return (
    <div class="bind">
      <form ref={element} noValidate onSubmit={submit} aria-label="Change">
        {bound && <Head bound={bound} kind={kind} />}
        <Fields
          form={form}
          whoCan={isStranger && cluster ? <WhoCan form={form} onContinue={() => setAnyway(true)} /> : null}
        />
        {!isStranger && <Submit {...{ form, check: check.result, onTyping: touch }} />}
      </form>
      {!isStranger && <Effect {...{ form, change, findings, check, onAddTag: addTag }} />}
    </div>
  );
}
