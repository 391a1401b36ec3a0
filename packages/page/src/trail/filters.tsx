import { useContext } from 'preact/hooks';
import { setParams, useRoute } from '../route.ts';
import { zoneName } from '../ui/time-text.ts';
import { UtcContext } from '../ui/time.tsx';
import { fromInput, toInput } from '../ui/time-input.ts';
import { Choices } from '../ui/choices.tsx';
import { hidesReads, scopeKindOf, scopeParams } from './scope.ts';
import type { ScopeKind } from './scope.ts';
import { eventWords, kindWords } from './words.ts';

const scopeWords: Readonly<Record<ScopeKind, string>> = {
  principal: 'Requests of a principal',
  cluster: 'Changes in a cluster',
  association: 'Changes to an association',
  operation: 'An operation or approval',
  gateway: 'The whole trail',
};

/** The fields of each scope: the parameter, and what it is called. */
const scopeFields: Readonly<Record<ScopeKind, readonly (readonly [param: string, label: string])[]>> = {
  principal: [['principalId', 'Principal (you, if empty)']],
  cluster: [
    ['clusterName', 'Cluster'],
    ['accountId', 'Account'],
    ['region', 'Region'],
    ['namespace', 'Namespace'],
    ['serviceAccount', 'Service account'],
  ],
  association: [['associationArn', 'ARN of the association']],
  operation: [['operationId', 'Id']],
  gateway: [],
};

/** What is shown of the trail, all of it in the URL. */
export function Filters() {
  const { params } = useRoute();
  const isUtc = useContext(UtcContext);
  const kind = scopeKindOf(params);
  const cleared = Object.fromEntries(scopeParams.map((name) => [name, null]));
  const setKind = (scope: string) => setParams({ ...cleared, open: null, scope });
  return (
    <form class="filters" role="search" aria-label="Filters of the trail" onSubmit={(event) => event.preventDefault()}>
      <label>
        Scope
        <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
          {Object.entries(scopeWords).map(([name, word]) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </select>
      </label>
      {scopeFields[kind].map(([name, label]) => (
        <TextFilter key={name} name={name} label={label} />
      ))}
      <Choices label="Events" param="events" words={wordsOf(eventWords)} />
      {!params.get('events') && ['principal', 'gateway'].includes(kind) && (
        <label class="check">
          <input
            type="checkbox"
            checked={!hidesReads(params)}
            onChange={(event) => setParams({ reads: event.currentTarget.checked ? 'shown' : null })}
          />{' '}
          Dry runs and reads
        </label>
      )}
      <Choices label="Operations" param="operationKinds" words={kindWords} />
      <details class="more" open={moreParams.some((name) => params.has(name))}>
        <summary>Role, policy, time</summary>
        <div class="filters">
          <TextFilter name="roleArn" label="ARN of the role" />
          <TextFilter name="policyId" label="Policy" />
          {(['since', 'until'] as const).map((name) => (
            <label key={name}>
              {name === 'since' ? 'Since' : 'Until'}, {zoneName(isUtc)}
              <input
                type="datetime-local"
                value={toInput(params.get(name), isUtc)}
                onChange={(event) => setParams({ [name]: fromInput(event.currentTarget.value, isUtc) })}
              />
            </label>
          ))}
        </div>
      </details>
    </form>
  );
}

/** The parameters of the filters that few need. */
const moreParams = ['roleArn', 'policyId', 'since', 'until'];

function wordsOf(words: Readonly<Record<string, readonly [string, unknown]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(words).map(([name, [word]]) => [name, word]));
}

/** A filter that takes effect when it is left, or with Enter. */
function TextFilter({ name, label }: { readonly name: string; readonly label: string }) {
  const { params } = useRoute();
  return (
    <label>
      {label}
      <input
        type="text"
        value={(params.get(name) ?? '').trim()}
        spellcheck={false}
        onChange={(event) => setParams({ [name]: event.currentTarget.value.trim() })}
      />
    </label>
  );
}
