import { useState } from 'preact/hooks';
import type { ClusterPlace } from '../api/cluster-key.ts';
import { useEnvironment } from '../api/environments.ts';
import { partsOfArn, shortened } from './arn-parts.ts';
import { Icon } from './icon.tsx';

export { shortened } from './arn-parts.ts';

/**
 * A role or another ARN: the name first, account and path muted, all of it on hover and to copy.
 */
export function Arn({ arn, href }: { readonly arn: string; readonly href?: string }) {
  const { name, place } = partsOfArn(arn);
  const text = (
    <>
      <bdi>{shortened(name)}</bdi> {place && <bdi class="muted">{shortened(place, 36)}</bdi>}
    </>
  );
  return (
    <span class="arn" title={arn}>
      {href === undefined ? <span>{text}</span> : <a href={href}>{text}</a>}
      <Copy text={arn} what="the ARN" />
    </span>
  );
}

/** An id: its middle is left out where it is long. */
export function Id({ id, href }: { readonly id: string; readonly href?: string }) {
  const text = <code>{shortened(id, 24)}</code>;
  return (
    <span class="arn" title={id}>
      {href === undefined ? text : <a href={href}>{text}</a>}
      <Copy text={id} what="the id" />
    </span>
  );
}

interface ClusterNameProps {
  readonly place: ClusterPlace;
  /** Where it is known better than from the list of clusters, which not everyone may read. */
  readonly environment?: string | null | undefined;
}

/** A cluster: its environment first, because names of clusters are alike. */
export function ClusterName({ place, environment }: ClusterNameProps) {
  const listed = useEnvironment(place);
  const shown = environment ?? listed;
  const { accountId, region, clusterName } = place;
  return (
    <span title={[shown, clusterName, accountId, region].filter(Boolean).join(' ')}>
      {shown && (
        <>
          <span class="env">
            <bdi>{shown}</bdi>
          </span>{' '}
        </>
      )}
      <bdi>{clusterName}</bdi>
    </span>
  );
}

/** A button that copies a text; says so for a moment. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  const label = isCopied ? 'Copied' : `Copy ${what}`;
  return (
    <button type="button" class="copy" title={label} aria-label={label} onClick={(event) => void copy(event)}>
      <Icon name={isCopied ? 'check' : 'copy'} />
    </button>
  );
}
