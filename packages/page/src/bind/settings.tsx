import { useContext } from 'preact/hooks';
import { fromInput, toInput } from '../ui/time-input.ts';
import { zoneName } from '../ui/time-text.ts';
import { UtcContext } from '../ui/time.tsx';
import { completedRole } from './change.ts';
import type { OfferedRoles } from './change.ts';
import type { ChangeKind } from './draft.ts';
import { Field, Help, Switch } from './field.tsx';
import type { Form } from './field.tsx';

interface RoleProps {
  readonly form: Form;
  /** Null while they are not known. */
  readonly roles: OfferedRoles | null;
  /** The groups that own the namespace. */
  readonly owners: readonly string[];
}

/** The role: one that is offered, the name of one at a path that is offered, or any ARN. */
export function Role({ form, roles, owners }: RoleProps) {
  const typed = form.valueOf('roleArn');
  const completed = completedRole(typed, roles ?? []);
  const named = (roles ?? []).filter(({ roleArn }) => !roleArn.endsWith('*')).map(({ roleArn }) => roleArn);
  const paths = (roles ?? []).filter(({ roleArn }) => roleArn.endsWith('*'));
  return (
    <Field
      {...{ form, name: 'roleArn', label: 'Role', offered: named }}
      hint={
        <>
          {completed !== typed && <>That is {completed}. </>}
          {paths.map(({ roleArn }) => (
            <span key={roleArn}>Any role in {roleArn.slice(0, -1)}: its name is enough. </span>
          ))}
          {roles?.length === 0 && (
            <>
              No role is offered to you here, perhaps because a tag is missing: give the ARN of one, and the check says
              why.
              {owners.length > 0 && <> The namespace belongs to {owners.join(', ')}.</>}
            </>
          )}
        </>
      }
    />
  );
}

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
      <Help name="expiresAt" findings={form.findingsAt('expiresAt')} />
    </div>
  );
}

/** What few need. */
export function RareSettings({ form, kind }: { readonly form: Form; readonly kind: ChangeKind }) {
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
      {kind === 'create' && (
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
