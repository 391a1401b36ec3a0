import type { ComponentChildren } from 'preact';
import { setParams, useRoute } from '../route.ts';

/** A form whose fields narrow what is shown, all of them in the URL. */
export function FilterForm({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <form class="filters" role="search" aria-label={label} onSubmit={(event) => event.preventDefault()}>
      {children}
    </form>
  );
}

interface FilterProps {
  /** The parameter of the URL. */
  readonly name: string;
  readonly label: string;
}

/** A filter that takes effect when it is left, or with Enter. */
export function TextFilter({ name, label, disabled }: FilterProps & { readonly disabled?: boolean }) {
  const { params } = useRoute();
  return (
    <label>
      {label}
      <input
        type="text"
        value={(params.get(name) ?? '').trim()}
        spellcheck={false}
        disabled={disabled}
        onChange={(event) => setParams({ [name]: event.currentTarget.value.trim() })}
      />
    </label>
  );
}

/** A filter that is on or off. */
export function SwitchFilter({ name, label, on }: FilterProps & { readonly on: string }) {
  const { params } = useRoute();
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={params.get(name) === on}
        onChange={(event) => setParams({ [name]: event.currentTarget.checked ? on : null })}
      />{' '}
      {label}
    </label>
  );
}

/** A choice of one of several, and what each is called. */
export interface SelectProps {
  readonly label: string;
  readonly value: string;
  /** What each value is called. */
  readonly words: Readonly<Record<string, string>>;
  readonly onChange: (value: string) => void;
}

/** A choice of one of several. */
export function Select({ label, value, words, onChange }: SelectProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {Object.entries(words).map(([name, word]) => (
          <option key={name} value={name}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A filter by some of several names, with commas between them in the URL; none chosen: all. */
export function Choices({ name: param, label, words }: FilterProps & Pick<SelectProps, 'words'>) {
  const { params } = useRoute();
  const chosen = (params.get(param) ?? '').split(',').filter(Boolean);
  const toggle = (name: string) => {
    const others = chosen.filter((one) => one !== name);
    setParams({ [param]: (chosen.includes(name) ? others : [...others, name]).join(',') });
  };
  return (
    <details class="choices menu">
      <summary>
        {label}: {chosen.length === 0 ? 'all' : chosen.length}
      </summary>
      <fieldset>
        <legend class="sr-only">{label}</legend>
        {Object.entries(words).map(([name, word]) => (
          <label key={name}>
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} /> {word}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
