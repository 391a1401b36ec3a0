import type { Route } from '../route.ts';
import { hrefOf } from '../route.ts';
import { Title } from './title.tsx';

/** What can't be read of a link, and links to what may be meant. */
export function MangledLink({ view, params, problems }: Route) {
  const withChanges = (changes: Readonly<Record<string, string | null>>) =>
    hrefOf(view, { ...Object.fromEntries(params), ...changes });
  const suggested = problems.filter(({ suggestion }) => suggestion !== null);
  return (
    <div class="problem" role="alert">
      <Title>This link can’t be read as it is</Title>
      <ul>
        {problems.map(({ name, value, expected }) => (
          <li key={name}>
            <code>{name}</code> is “<bdi>{value.slice(0, 200)}</bdi>”, and has to be {expected}.
          </li>
        ))}
      </ul>
      {suggested.length > 0 && (
        <p>
          Perhaps it is{' '}
          <a href={withChanges(Object.fromEntries(suggested.map(({ name, suggestion }) => [name, suggestion])))}>
            {suggested.map(({ name, suggestion }) => `${name}=${suggestion}`).join(', ')}
          </a>
          .
        </p>
      )}
      <p>
        <a href={withChanges(Object.fromEntries(problems.map(({ name }) => [name, null])))}>
          Open it without {problems.map(({ name }) => name).join(', ')}
        </a>
      </p>
    </div>
  );
}
