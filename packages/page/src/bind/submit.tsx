import { useState } from 'preact/hooks';
import type { CheckFragment } from '../../../client/src/generated/operations.ts';
import { roleMissing } from '../ui/refusal.tsx';
import type { ChangeKind } from './draft.ts';
import type { Form } from './field.tsx';

interface SubmitProps {
  readonly form: Form;
  /** The dry run of exactly what is filled in; null while it is not known. */
  readonly check: CheckFragment | null;
  readonly onTyping: () => void;
}

const labels: Readonly<Record<ChangeKind, string>> = { create: 'Bind', update: 'Change', delete: 'Delete' };

/** The one button. A delete asks for the name of the service account first. */
export function Submit({ form: { kind, bound, draft, isUnchecked, isRemembered }, check, onTyping }: SubmitProps) {
  const name = bound?.serviceAccount ?? '';
  const [typed, setTyped] = useState('');
  const refusal = check?.refusal ?? null;
  const isHeld = refusal?.code === 'APPROVAL_REQUIRED';
  const isRefused = refusal !== null && !refusal.retryable && !isHeld;
  const isNamed = kind !== 'delete' || typed === name || isUnchecked;
  const isRoleMissing = check?.warnings.some(({ code }) => code === roleMissing) ?? false;
  return (
    <>
      {kind === 'delete' && (
        <div class="field">
          <label for="bind-confirmation">
            To delete the association, type <bdi>{name}</bdi>
          </label>
          <input
            id="bind-confirmation"
            type="text"
            value={typed}
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => {
              setTyped(currentTarget.value);
              onTyping();
            }}
          />
        </div>
      )}
      <p>
        <button
          type="submit"
          class={kind === 'delete' ? 'danger' : 'primary'}
          disabled={isRefused || isRoleMissing || !isNamed}
        >
          {isUnchecked ? 'Check' : isHeld ? 'Ask for approval' : labels[kind]}
          {isRemembered && !isUnchecked && ` in ${draft.clusterName}`}
        </button>
      </p>
    </>
  );
}
