import type { ComponentChildren } from 'preact';
import { hrefOf } from '../route.ts';
import { ClusterName } from '../ui/cluster-name.tsx';
import { State } from '../ui/state.tsx';
import type { Bound, OfferedRoles } from './change.ts';
import type { ChangeKind, Draft } from './draft.ts';
import { Field } from './field.tsx';
import type { Form } from './field.tsx';
import { Place } from './place.tsx';
import type { Cluster, Namespace } from './place.tsx';
import { Role } from './role.tsx';
import { Expiry, RareSettings } from './settings.tsx';
import { Tags, tagsNamed } from './tags.tsx';

interface FieldsProps {
  readonly form: Form;
  readonly draft: Draft;
  readonly kind: ChangeKind;
  readonly clusters: readonly Cluster[];
  readonly namespaces: readonly Namespace[];
  readonly roles: OfferedRoles | null;
  readonly owners: readonly string[];
  /** As in `Place`. */
  readonly isRemembered: boolean;
  /** Takes the place of the other fields for a person who can't bind roles in the cluster. */
  readonly whoCan: ComponentChildren;
}

/** The most characters of a reason, as in the API. */
const maxReason = 1_024;

/** The fields of a change. */
export function Fields({ form, draft, kind, clusters, namespaces, roles, owners, whoCan, isRemembered }: FieldsProps) {
  return (
    <>
      {kind === 'create' && <Place {...{ form, draft, clusters, namespaces, whoCan, isRemembered }} />}
      {whoCan === null && (
        <>
          {kind !== 'delete' && (
            <>
              {/* Policy can demand tags: which roles are offered depends on them. */}
              {kind === 'create' && <Tags form={form} named={tagsNamed(roles)} />}
              <Role {...{ form, roles, owners }} />
              <Expiry form={form} />
              <RareSettings {...{ form, kind }} />
            </>
          )}
          <Field
            {...{ form, name: 'reason', label: 'Reason, for the trail', type: 'textarea', maxLength: maxReason }}
          />
        </>
      )}
    </>
  );
}

/** Which association a change is about, and the way to the other change. */
export function Head({ bound, kind }: { readonly bound: Bound; readonly kind: ChangeKind }) {
  const { accountId, region, clusterName, namespace, serviceAccount, associationId, ownerArn } = bound;
  const place = { accountId, region, clusterName, namespace, serviceAccount, associationId };
  const other = kind === 'delete' ? null : 'delete';
  return (
    <p>
      <strong>
        <bdi>
          {namespace}/{serviceAccount}
        </bdi>
      </strong>{' '}
      <span class="muted">
        <ClusterName place={bound} />, {accountId}, {region}
      </span>{' '}
      {ownerArn && <State name="addOn" />}{' '}
      <a href={hrefOf('bind', { ...place, action: other })}>{other ? 'Delete it instead' : 'Change it instead'}</a>
    </p>
  );
}
