import { useQuery } from '../api/use-query.ts';
import { FleetAssociation } from '../generated/fleet.ts';
import { hrefOf } from '../route.ts';
import { Arn, Id } from '../ui/arn.tsx';
import { ClusterName } from '../ui/cluster-name.tsx';
import { Panel } from '../ui/panel.tsx';
import { Problem } from '../ui/problem.tsx';
import { State } from '../ui/state.tsx';
import { Time } from '../ui/time.tsx';
import { Adopt } from './adopt.tsx';
import { InForce } from './between.tsx';
import { Drift } from './drift.tsx';
import { MadeBy } from './made-by.tsx';
import { placeOf, signOf } from './rows.ts';
import type { Association, Place } from './rows.ts';
import { Reason } from './status.tsx';

interface DetailsProps {
  readonly place: Place;
  readonly asOf: string | null;
}

/**
 * What is known of a service account: its association, who made it, and what can be done with it.
 */
export function Details({ place, asOf }: DetailsProps) {
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
  const { roleArn, targetRoleArn, externalId, disableSessionTags, expiresAt, ownerArn, declaration } = association;
  return (
    <>
      {asOf === null && <Drift association={association} />}
      <dl class="fleet-fields">
        <Field label="Role">
          <Arn arn={roleArn} href={hrefOf('fleet', { roleArn })} />
        </Field>
        {targetRoleArn !== null && (
          <Field label="Target role">
            <Arn arn={targetRoleArn} href={hrefOf('fleet', { roleArn: targetRoleArn })} />
          </Field>
        )}
        {externalId !== null && (
          <Field label="External id">
            <Id id={externalId} />
          </Field>
        )}
        <Field label="Origin">
          <State name={signOf(association)} />
        </Field>
        <Field label="Made by">
          <MadeBy association={association} />
        </Field>
        {declaration !== null && <Field label="Declaration">{declaration}</Field>}
        {ownerArn !== null && (
          <Field label="EKS add-on">
            <Arn arn={ownerArn} />
          </Field>
        )}
        <Field label="In force">
          <InForce row={association} />
        </Field>
        {asOf === null && (
          <Field label="Seen">
            <Time at={association.observedAt} />
          </Field>
        )}
        <Field label="Created">
          <Time at={association.createdAt} absolute />
        </Field>
        <Field label="Modified">
          <Time at={association.modifiedAt} absolute />
        </Field>
        {expiresAt !== null && (
          <Field label="Ends">
            <State name="expiring">
              ends <Time at={expiresAt} />
            </State>
          </Field>
        )}
        <Field label="Session tags">
          {disableSessionTags === null ? 'not known' : disableSessionTags ? 'disabled' : 'enabled'}
        </Field>
        <Field label="Account">
          {association.accountId} <span class="muted">{association.region}</span>
        </Field>
        <Field label="Association">
          <Arn arn={association.associationArn} />
        </Field>
        <Field label="Tags">
          {association.tags.length === 0 && 'no tags'}
          {association.tags.map(({ key, value }) => (
            <div key={key}>
              <bdi>{key}</bdi> = <bdi>{value}</bdi>
            </div>
          ))}
        </Field>
        <Field label="Session policy">
          {association.policy === null ? 'not set' : <pre tabIndex={0}>{pretty(association.policy)}</pre>}
        </Field>
      </dl>
    </>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
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
