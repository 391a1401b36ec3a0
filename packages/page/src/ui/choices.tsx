import { setParams, useRoute } from '../route.ts';

interface ChoicesProps {
  readonly label: string;
  /** The parameter of the URL, whose value is the chosen names with commas between them. */
  readonly param: string;
  /** What each name is called. */
  readonly words: Readonly<Record<string, string>>;
}

/** A filter by some of several names; none chosen: all. */
export function Choices({ label, param, words }: ChoicesProps) {
  const { params } = useRoute();
  const chosen = (params.get(param) ?? '').split(',').filter(Boolean);
  const toggle = (name: string) =>
    setParams({
      [param]: (chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]).join(','),
    });
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
