import { partsOfArn, shortened } from './arn-parts.ts';
import { Copy } from './copy.tsx';

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
