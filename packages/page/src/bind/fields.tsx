import type { ComponentChildren } from 'preact';
import { hrefOf } from '../route.ts';
import { ClusterName } from '../ui/arn.tsx';
import { State } from '../ui/state.tsx';
import { boundParams } from './change.ts';
import type { Bound } from './change.ts';
import type { ChangeKind } from './draft.ts';
import { Field } from './field.tsx';
import type { Form } from './field.tsx';
import { ClusterChoice, ServiceAccount } from './place.tsx';
import { Role } from './role.tsx';
import { Expiry, RareSettings } from './settings.tsx';
import { Tags } from './tags.tsx';

/** The most characters of a reason, as in the API. */
const maxReason = 1_024;

interface FieldsProps {
  readonly form: Form;
  /** Takes the place of the other fields for a person who can't bind roles in the cluster. */
  readonly whoCan: ComponentChildren;
}

/** The fields of a change. */
export function Fields({ form, whoCan }: FieldsProps) {
  const { kind } = form;
  return (
    <>
      {kind === 'create' && <ClusterChoice form={form} />}
      {whoCan ?? (
        <>
          {kind === 'create' && <ServiceAccount form={form} />}
          {/* Policy can demand tags: which roles are offered depends on them. */}
          {kind === 'create' && <Tags form={form} />}
          {kind !== 'delete' && (
            <>
              <Role form={form} />
              <Expiry form={form} />
              <RareSettings form={form} />
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
  const { accountId, region, namespace, serviceAccount, ownerArn } = bound;
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
      <a href={hrefOf('bind', { ...boundParams(bound), action: other })}>
        {other ? 'Delete it instead' : 'Change it instead'}
      </a>
    </p>
  );
}
