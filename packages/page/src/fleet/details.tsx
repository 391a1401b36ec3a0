import { useQuery } from '../api/use-query.ts';
import { FleetAssociation, FleetOperation } from '../generated/fleet.ts';
import { hrefOf } from '../route.ts';
import { Who } from '../trail/cells.tsx';
import { shortened } from '../ui/arn-parts.ts';
import { Arn, Id, ClusterName } from '../ui/arn.tsx';
import { Facts } from '../ui/facts.tsx';
import { Panel } from '../ui/panel.tsx';
import { Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { Adopt } from './adopt.tsx';
import { Ends, InForce } from './between.tsx';
import { Drift } from './drift.tsx';
import { placeOf, signOf } from './rows.ts';
import type { Association, Place } from './rows.ts';
import { Reason } from './status.tsx';

/**
 * What is known of a service account: its association, who made it, and what can be done with it.
 */
export function Details({ place, asOf }: { readonly place: Place; readonly asOf: string | null }) {
  const { data, error, isLoading, reload } = useQuery(FleetAssociation, { filter: { ...place }, asOf });
  const association = data?.associations?.nodes[0];
  const coverage = data?.associations?.coverage[0];
  return (
    <Panel
      id={placeOf(place)}
      heading={
        <>
          <bdi>{place.serviceAccount}</bdi>{' '}
          <span class="muted">
            in <bdi>{place.namespace}</bdi>, <ClusterName place={place} />
          </span>
        </>
      }
    >
      {data && <Links place={place} association={asOf === null ? association : undefined} />}
      {error && <Problem error={error} retry={reload} />}
      {isLoading && !data && <p class="muted">Reading the association…</p>}
      {association && asOf === null && <Adopt rows={[association]} onAdopted={reload} />}
      {association && <Known association={association} asOf={asOf} />}
      {data && !association && (
        <p>
          {coverage?.isKnown
            ? `It has no association${asOf === null ? '' : ' at this time'}, or you may not view it. `
            : 'Whether it has an association is not known. '}
          {coverage && !coverage.isKnown && <Reason coverage={coverage} />}
        </p>
      )}
    </Panel>
  );
}

function Links({ place, association }: { readonly place: Place; readonly association: Association | undefined }) {
  // Null: not known, e.g. of many; the dry run says it.
  const { associationId, viewerMay } = association ?? {};
  return (
    <p class="fleet-links">
      <a href={hrefOf('trail', place)}>History</a>
      {associationId === undefined ? (
        <a href={hrefOf('bind', place)}>Bind</a>
      ) : (
        <>
          {viewerMay?.update !== false && <a href={hrefOf('bind', { ...place, associationId })}>Change</a>}
          {viewerMay?.delete !== false && (
            <a href={hrefOf('bind', { ...place, associationId, action: 'delete' })}>Delete</a>
          )}
        </>
      )}
    </p>
  );
}

function Known({ association, asOf }: { readonly association: Association; readonly asOf: string | null }) {
  const { roleArn, targetRoleArn, externalId, disableSessionTags, expiresAt, ownerArn, policy, tags } = association;
  const isLatest = asOf === null;
  return (
    <>
      {isLatest && <Drift association={association} />}
      <Facts
        facts={{
          Role: <Arn arn={roleArn} href={hrefOf('fleet', { roleArn })} />,
          'Target role': targetRoleArn && (
            <Arn arn={targetRoleArn} href={hrefOf('fleet', { roleArn: targetRoleArn })} />
          ),
          'External id': externalId && <Id id={externalId} />,
          Origin: <State name={signOf(association)} />,
          'Made by': <MadeBy association={association} />,
          Declaration: association.declaration,
          'EKS add-on': ownerArn && <Arn arn={ownerArn} />,
          'In force': <InForce row={association} />,
          Seen: isLatest && <Time at={association.observedAt} />,
          Created: <Time at={association.createdAt} absolute />,
          Modified: <Time at={association.modifiedAt} absolute />,
          Ends: expiresAt && <Ends at={expiresAt} word="ends " />,
          'Session tags': disableSessionTags === null ? 'not known' : disableSessionTags ? 'disabled' : 'enabled',
          Account: `${association.accountId}, ${association.region}`,
          Association: <Arn arn={association.associationArn} />,
          Tags: tags.length === 0 ? 'no tags' : tags.map((tag) => <Tag key={tag.key} tag={tag} />),
          'Session policy': policy === null ? 'not set' : <pre tabIndex={0}>{pretty(policy)}</pre>,
        }}
      />
    </>
  );
}

function Tag({ tag: { key, value } }: { readonly tag: Association['tags'][number] }) {
  return (
    <div>
      <bdi>{key}</bdi> = <bdi>{value}</bdi>
    </div>
  );
}

/** JSON with line breaks; any other text as it is. */
function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}

/**
 * Who made an association, with a link to the operation. The trail records that its entries were
 * read.
 */
function MadeBy({ association }: { readonly association: Association }) {
  const { operationId, origin } = association;
  const { data, error } = useQuery(FleetOperation, operationId === null ? null : { id: operationId });
  if (operationId === null) {
    return <>{origin === 'ADD_ON' ? 'an EKS add-on' : 'others: no operation of the gateway explains it'}</>;
  }
  const operation = data?.operation;
  const [first] = operation?.entries ?? [];
  return (
    <>
      {first && (
        <>
          <a href={hrefOf('trail', { principalId: first.principal.principalId })}>
            <Who principalId={first.principal.principalId} />
          </a>
          {first.onBehalfOf !== null && (
            <>
              {' '}
              for <bdi>{shortened(first.onBehalfOf)}</bdi>
            </>
          )}
          , <Time at={operation?.startedAt ?? ''} />
          {first.reason !== null && (
            <div>
              <bdi>{first.reason}</bdi>
            </div>
          )}
        </>
      )}
      {(error ?? (data && !operation)) && 'You may not read its operation. '}
      <div>
        Operation <Id id={operationId} href={hrefOf('trail/operation', { id: operationId })} />
      </div>
    </>
  );
}
