import { useContext } from 'preact/hooks';
import { fromInput, toInput, zoneName } from '../ui/time-text.ts';
import { UtcContext } from '../ui/time.tsx';
import { Field, Help, Switch } from './field.tsx';
import type { Form } from './field.tsx';

/** When the association ends. */
export function Expiry({ form }: { readonly form: Form }) {
  const isUtc = useContext(UtcContext);
  return (
    <div class="field">
      <label for="bind-expiresAt">Ends, {zoneName(isUtc)} (never, if empty)</label>
      <input
        id="bind-expiresAt"
        type="datetime-local"
        aria-describedby="bind-expiresAt-help"
        value={toInput(form.valueOf('expiresAt') || null, isUtc)}
        onChange={({ currentTarget }) => form.set({ expiresAt: fromInput(currentTarget.value, isUtc) ?? '' })}
      />
      <Help {...{ form, name: 'expiresAt' }} />
    </div>
  );
}

/** What few need. */
export function RareSettings({ form }: { readonly form: Form }) {
  const names = ['targetRoleArn', 'disableSessionTags', 'policy', 'ifExists', 'expectedRevision'] as const;
  const isUsed = names.some((name) => !['', 'false'].includes(form.valueOf(name)));
  return (
    <details class="more" open={isUsed}>
      <summary>Target role, session policy and more</summary>
      <Field
        {...{ form, name: 'targetRoleArn', label: 'Target role' }}
        hint="A second role, also of another account."
      />
      <Switch {...{ form, name: 'disableSessionTags', on: 'true', label: 'Without session tags' }} />
      <Field
        {...{ form, name: 'policy', label: 'Session policy', type: 'textarea' }}
        hint="JSON; needs “Without session tags”. It is not in the URL."
      />
      {form.kind === 'create' && (
        <>
          <Switch {...{ form, name: 'ifExists', on: 'ADOPT', label: 'Adopt an equal association if there is one' }} />
          <Field
            {...{ form, name: 'expectedRevision', label: 'Expected revision', type: 'number' }}
            hint="Of a plan: refused if the service account has another one."
          />
        </>
      )}
    </details>
  );
}
