import type { Form } from './field.tsx';

/** Who can bind roles, for a person whose groups own no namespace of a cluster. */
export function WhoCan({ form, onContinue }: { readonly form: Form; readonly onContinue: () => void }) {
  return (
    <section class="notice who-can" aria-label="Who can bind roles">
      <p>
        None of your groups owns a namespace of <bdi>{form.draft.clusterName}</bdi>. Ask one of the owners to bind the
        role:
      </p>
      <dl class="facts">
        {form.namespaces.map(({ name, owners }) => (
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
