import { useMemo, useState } from 'preact/hooks';
import { hrefOf, useRoute } from '../route.ts';
import { shortened } from '../ui/arn-parts.ts';
import { pictureOf } from './picture-data.ts';
import type { Picture as PictureData, PictureEdge, PictureNode } from './picture-data.ts';
import type { Row } from './rows.ts';
import { tracksOf } from './picture-lines.ts';
import type { Line } from './picture-lines.ts';

/** Pixels, as in the style sheet. */
const lineHeight = 24;

/**
 * Which service accounts reach which roles. Pointing at a name, or going to it, traces what it is
 * connected with.
 */
export function Picture({ rows }: { readonly rows: readonly Row[] }) {
  const picture = useMemo(() => pictureOf(rows), [rows]);
  const [traced, setTraced] = useState<string | null>(null);
  const { lefts, rights, heights } = useMemo(() => tracksOf(picture), [picture]);
  // Stays as it is while a name is traced.
  const all = useMemo(() => <Edges edges={picture.edges} heights={heights} />, [picture, heights]);
  const edges =
    traced === null ? [] : picture.edges.filter(({ from, to }) => `l${from}` === traced || `r${to}` === traced);
  const near = new Set(edges.flatMap(({ from, to }) => [`l${from}`, `r${to}`]));
  const [left, right] = picture.sides;
  const height = Math.max(lefts.length, rights.length) * lineHeight;
  return (
    <section class="fleet-picture" aria-label={`${left} and ${right.toLowerCase()} that they reach`}>
      <div class={traced === null ? 'fleet-sides' : 'fleet-sides tracing'} onMouseLeave={() => setTraced(null)}>
        <Side title={left} side="l" lines={lefts} near={near} onTrace={setTraced} />
        <svg viewBox={`0 0 100 ${height}`} height={height} preserveAspectRatio="none" aria-hidden="true">
          {all}
          <g class="traced">
            <Edges edges={edges} heights={heights} />
          </g>
        </svg>
        <Side title={right} side="r" lines={rights} near={near} onTrace={setTraced} />
      </div>
      {picture.edges.some((edge) => edge.isOutside) && (
        <p class="fleet-legend muted">Dashed: made outside, no operation of the gateway explains it.</p>
      )}
      <AsTable picture={picture} />
    </section>
  );
}

interface EdgesProps {
  readonly edges: readonly PictureEdge[];
  /** The middle of each node, in lines. */
  readonly heights: ReadonlyMap<string, number>;
}

function Edges({ edges, heights }: EdgesProps) {
  return (
    <>
      {edges.map(({ from, to, associations, isOutside }) => {
        const [y, z] = [heights.get(`l${from}`) ?? 0, heights.get(`r${to}`) ?? 0].map((at) => (at + 0.5) * lineHeight);
        return (
          <path
            key={`${from} ${to}`}
            class={isOutside ? 'outside' : undefined}
            d={`M0 ${y}C50 ${y} 50 ${z} 100 ${z}`}
            stroke-width={Math.min(1 + Math.log2(associations) / 2, 6)}
          />
        );
      })}
    </>
  );
}

interface SideProps {
  readonly title: string;
  readonly side: 'l' | 'r';
  readonly lines: readonly Line[];
  readonly near: ReadonlySet<string>;
  readonly onTrace: (id: string | null) => void;
}

function Side({ title, side, lines, near, onTrace }: SideProps) {
  return (
    <ul class={`fleet-side ${side}`} aria-label={title}>
      {lines.map((line) =>
        line.node === null ? (
          <li key={`g${line.text}`} class="group muted" title={line.text}>
            <bdi>{line.text}</bdi>
          </li>
        ) : (
          <Name key={line.node.id} id={`${side}${line.node.id}`} node={line.node} near={near} onTrace={onTrace} />
        ),
      )}
    </ul>
  );
}

interface NameProps extends Pick<SideProps, 'near' | 'onTrace'> {
  readonly id: string;
  readonly node: PictureNode;
}

function Name({ id, node: { name, associations, params }, near, onTrace }: NameProps) {
  const { params: now } = useRoute();
  // A group opens into the picture of its own.
  const href = hrefOf('fleet', { ...Object.fromEntries(now), ...params });
  return (
    <li class={near.has(id) ? 'near' : undefined} onMouseEnter={() => onTrace(id)}>
      <a href={href} title={name} onFocus={() => onTrace(id)} onBlur={() => onTrace(null)}>
        <bdi>{shortened(name)}</bdi>
        {associations > 1 && <span class="muted"> {associations.toLocaleString('en')}</span>}
      </a>
    </li>
  );
}

/** The same for those who read. */
function AsTable({ picture: { sides, left, right, edges } }: { readonly picture: PictureData }) {
  const [isOpen, setOpen] = useState(false);
  const names = useMemo(() => {
    const label = ({ name, group }: PictureNode) => (group === '' ? name : `${name}, ${group}`);
    return new Map([
      ...left.map((one) => [`l${one.id}`, label(one)] as const),
      ...right.map((one) => [`r${one.id}`, label(one)] as const),
    ]);
  }, [left, right]);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>The same as a table</summary>
      {isOpen && (
        <table>
          <thead>
            <tr>
              {[...sides, 'Associations'].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {edges.map(({ from, to, associations }) => (
              <tr key={`${from} ${to}`}>
                <td>
                  <bdi>{names.get(`l${from}`)}</bdi>
                </td>
                <td>
                  <bdi>{names.get(`r${to}`)}</bdi>
                </td>
                <td>{associations.toLocaleString('en')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
