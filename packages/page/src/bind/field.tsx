import type { ComponentChildren } from 'preact';
import type { Finding } from './findings.ts';
import type { Draft, FieldName } from './draft.ts';

/** The form as its fields see it. */
export interface Form {
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
  const findings = form.findingsAt(name);
  const listId = offered && `bind-${name}-offered`;
  const field = {
    id: `bind-${name}`,
    value: form.valueOf(name),
    spellcheck: false,
    autocomplete: 'off',
    maxLength,
    'aria-describedby': `bind-${name}-help`,
    'aria-invalid': findings.length > 0 || undefined,
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
      <Help name={name} hint={hint} findings={findings} />
    </div>
  );
}

interface HelpProps {
  readonly name: string;
  readonly hint?: ComponentChildren;
  readonly findings: readonly Finding[];
}

/** What is wrong with a field, and otherwise its hint; read with the field by screen readers. */
export function Help({ name, hint, findings }: HelpProps) {
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
export function Switch({
  form,
  name,
  label,
  on,
}: Pick<FieldProps, 'form' | 'name' | 'label'> & { readonly on: string }) {
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
      <Help name={name} findings={form.findingsAt(name)} />
    </div>
  );
}
