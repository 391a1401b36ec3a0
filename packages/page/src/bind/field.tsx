import type { ComponentChildren } from 'preact';
import type { Finding } from '../../../../src/model/finding.ts';
import type { Bound, Cluster, Namespace, OfferedRoles } from './change.ts';
import type { ChangeKind, Draft, FieldName } from './draft.ts';

/** The form as its parts see it. */
export interface Form {
  readonly kind: ChangeKind;
  readonly draft: Draft;
  /** The association to change; null in a form for a new one. */
  readonly bound: Bound | null;
  readonly clusters: readonly Cluster[];
  /** The one of them that is filled in. */
  readonly cluster: Cluster | undefined;
  /** Whether the person has used the cluster last, and has not chosen it in this form. */
  readonly isRemembered: boolean;
  readonly namespaces: readonly Namespace[];
  /** The groups that own the namespace. */
  readonly owners: readonly string[];
  /** Null while they are not known. */
  readonly roles: OfferedRoles | null;
  /** Whether a link has filled it in, and nothing is checked yet. */
  readonly isUnchecked: boolean;
  /** What a field shows: what was typed, or what the association has. */
  readonly valueOf: (name: FieldName) => string;
  readonly set: (changes: Draft) => void;
  /** What is wrong with a field. */
  readonly findingsAt: (path: string) => readonly Finding[];
}

interface FieldProps {
  readonly form: Form;
  readonly name: FieldName;
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is offered while a person types; other texts are possible. */
  readonly offered?: readonly string[];
  readonly type?: 'text' | 'number' | 'textarea';
  readonly maxLength?: number;
}

/** A field with its label, a hint, what is offered, and what is wrong with it. */
export function Field({ form, name, label, hint, offered, type = 'text', maxLength }: FieldProps) {
  const listId = offered && `bind-${name}-offered`;
  const field = {
    id: `bind-${name}`,
    value: form.valueOf(name),
    spellcheck: false,
    autocomplete: 'off',
    maxLength,
    'aria-describedby': `bind-${name}-help`,
    'aria-invalid': form.findingsAt(name).length > 0 || undefined,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      form.set({ [name]: currentTarget.value }),
  };
  return (
    <div class="field">
      <label for={`bind-${name}`}>{label}</label>
      {type === 'textarea' ? <textarea rows={3} {...field} /> : <input type={type} list={listId} {...field} />}
      {offered && (
        <datalist id={listId}>
          {offered.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      )}
      <Help {...{ form, name, hint }} />
    </div>
  );
}

/** What is wrong with a field, and otherwise its hint; read with the field by screen readers. */
export function Help({ form, name, hint }: Pick<FieldProps, 'form' | 'hint'> & { readonly name: string }) {
  const findings = form.findingsAt(name);
  return (
    <div id={`bind-${name}-help`} class="help">
      {findings.map(({ message, advice }) => (
        <p key={message} class="finding">
          <bdi>{message}</bdi> {advice}
        </p>
      ))}
      {hint && <p class="muted">{hint}</p>}
    </div>
  );
}

/** A field that is on or off. */
export function Switch({ form, name, label, on }: FieldProps & { readonly on: string }) {
  const off = on === 'true' ? 'false' : '';
  return (
    <div class="field">
      <label>
        <input
          type="checkbox"
          checked={form.valueOf(name) === on}
          onChange={({ currentTarget }) => form.set({ [name]: currentTarget.checked ? on : off })}
        />{' '}
        {label}
      </label>
      <Help {...{ form, name }} />
    </div>
  );
}
