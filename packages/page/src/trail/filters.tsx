import { useContext } from 'preact/hooks';
import { setParams, useRoute } from '../route.ts';
import { Choices, FilterForm, Select, SwitchFilter, TextFilter } from '../ui/filters.tsx';
import { fromInput, toInput, zoneName } from '../ui/time-text.ts';
import { UtcContext } from '../ui/time.tsx';
import { hasReads, scopeFields, scopeKindOf, scopeParams } from './scope.ts';
import type { ScopeKind } from './scope.ts';
import { eventWords, kindWords } from './words.ts';

const scopeWords: Readonly<Record<ScopeKind, string>> = {
  principal: 'Requests of a principal',
  cluster: 'Changes in a cluster',
  association: 'Changes to an association',
  operation: 'An operation or approval',
  gateway: 'The whole trail',
};

const wordsOfEvents = Object.fromEntries(Object.entries(eventWords).map(([name, [word]]) => [name, word]));

/** The parameters of the filters that few need. */
const moreParams = ['roleArn', 'policyId', 'since', 'until'];

/** What is shown of the trail, all of it in the URL. */
export function Filters() {
  const { params } = useRoute();
  const isUtc = useContext(UtcContext);
  const kind = scopeKindOf(params);
  const cleared = Object.fromEntries(scopeParams.map((name) => [name, null]));
  const setKind = (scope: string) => setParams({ ...cleared, open: null, scope });
  return (
    <FilterForm label="Filters of the trail">
      <Select label="Scope" value={kind} words={scopeWords} onChange={setKind} />
      {Object.entries(scopeFields[kind]).map(([name, label]) => (
        <TextFilter key={name} name={name} label={label} />
      ))}
      <Choices label="Events" name="events" words={wordsOfEvents} />
      {hasReads(params) && <SwitchFilter name="reads" on="shown" label="Dry runs and reads" />}
      <Choices label="Operations" name="operationKinds" words={kindWords} />
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
    </FilterForm>
  );
}
