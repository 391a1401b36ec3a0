import { useEffect, useRef } from 'preact/hooks';
import type { PoliciesQuery, PoliciesQueryVariables, PolicySetOfFragment } from '../generated/operations.ts';
import { hrefOf, setParams, useRoute } from '../route.ts';
import { Id } from '../ui/arn.tsx';
import { FilterForm, Select, SwitchFilter } from '../ui/filters.tsx';
import { Empty } from '../ui/problem.tsx';
import { Time } from '../ui/time.tsx';
import { PolicyDetails } from './policy-text.tsx';

type Policies = NonNullable<PoliciesQuery['policies']>;

/** A policy in force or no longer in force, with the one that it is compared with. */
type ComparedPolicy = Policies['nodes'][number];

const baselines = { PREVIOUS_VERSION: 'the version before', PACKAGE: 'the deployment' };

/** What the policies are compared with, as the URL names it. */
export function baselineOf(params: URLSearchParams): NonNullable<PoliciesQueryVariables['comparedWith']> {
  return params.get('comparedWith') === 'PACKAGE' ? 'PACKAGE' : 'PREVIOUS_VERSION';
}

/** The policies in force and how they differ: one of them, which the URL names, is open. */
export function Policies({ policies: { nodes, inForce, comparedWith } }: { readonly policies: Policies }) {
  const { params } = useRoute();
  const isOnlyChanged = params.get('only') === 'changed';
  const search = params.get('q') ?? '';
  const open = params.get('policy');
  const decidedBy = params.get('policySetHash');
  const shown = nodes.filter(
    (one) =>
      one.policyId === open ||
      ((!isOnlyChanged || (one.change !== null && one.change !== 'UNCHANGED')) && isFound(one, search)),
  );
  return (
    <>
      <p>
        <SetName set={inForce} />
      </p>
      <p>
        <Comparison policies={{ nodes, inForce, comparedWith }} />
      </p>
      <FilterForm label="Policies">
        <label>
          Search in texts
          <input
            type="search"
            value={search}
            spellcheck={false}
            onInput={(event) => setParams({ q: event.currentTarget.value }, { replace: true })}
          />
        </label>
        <Select
          label="Compare with"
          value={baselineOf(params)}
          words={baselines}
          onChange={(value) => setParams({ comparedWith: value })}
        />
        <SwitchFilter name="only" on="changed" label="Only differences" />
      </FilterForm>
      {open !== null && nodes.every(({ policyId }) => policyId !== open) && (
        <p class="notice">
          There is no policy <code>{open}</code> in force, nor in what is compared with.
        </p>
      )}
      {decidedBy !== null && decidedBy !== inForce.policySetHash && (
        <p class="notice">
          The decision was made by other policies (<Id id={decidedBy} />
          ): what you see is in force now.
        </p>
      )}
      {shown.length === 0 ? (
        <Empty>{isOnlyChanged ? 'No policy differs.' : 'No policy has this text.'}</Empty>
      ) : (
        <ul class="policies" aria-label="Policies">
          {shown.map((policy) => (
            <Row key={policy.policyId} policy={policy} isOpen={policy.policyId === open} />
          ))}
        </ul>
      )}
    </>
  );
}

function isFound({ policyId, inForce, before }: ComparedPolicy, search: string): boolean {
  const text = [policyId, inForce?.text, before?.text].join('\n').toLowerCase();
  return text.includes(search.toLowerCase());
}

/** E.g. "Version 3, published 2 days ago by …: reason". */
function SetName({ set: { version, publishedAt, publishedBy, reason } }: { readonly set: PolicySetOfFragment }) {
  if (version === null || publishedAt === null) return <>The policies of the deployment: no version is published.</>;
  return (
    <>
      Version {version}, published <Time at={publishedAt} /> by <bdi>{publishedBy}</bdi>
      {reason !== null && (
        <>
          : <bdi>“{reason}”</bdi>
        </>
      )}
    </>
  );
}

function Comparison({ policies: { nodes, inForce, comparedWith } }: { readonly policies: Policies }) {
  if (comparedWith === null) {
    const isFirst = inForce.version === null || inForce.version === 0;
    return (
      <>{isFirst ? 'There is no version before to compare with.' : 'The version before can’t be read any more.'}</>
    );
  }
  const parts = ['CHANGED', 'ADDED', 'REMOVED'].flatMap((change) => {
    const number = nodes.filter((one) => one.change === change).length;
    return number === 0 ? [] : [`${number} ${change.toLowerCase()}`];
  });
  const name = comparedWith.version === null ? 'the policies of the deployment' : `version ${comparedWith.version}`;
  return (
    <>
      Compared with {name}: {parts.length === 0 ? 'no differences' : parts.join(', ')}.
    </>
  );
}

function Row({ policy, isOpen }: { readonly policy: ComparedPolicy; readonly isOpen: boolean }) {
  const { params } = useRoute();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isOpen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  const shown = policy.inForce ?? policy.before;
  if (shown === null) return null;
  const message = shown.annotations.find(({ name }) => name === 'message')?.value;
  const next = { ...Object.fromEntries(params), policy: isOpen ? null : policy.policyId, policySetHash: null };
  return (
    <li ref={row}>
      <a class="policy-link" href={hrefOf('operations', next)} aria-expanded={isOpen}>
        <span>
          <code>{policy.policyId}</code> <ChangeSign change={policy.change} />
        </span>{' '}
        <span class="muted">{shown.effect === 'PERMIT' ? 'permits' : 'forbids'}</span>{' '}
        <span class="muted">
          <bdi>{message}</bdi>
        </span>{' '}
        <span class="muted">
          <bdi>{shown.file}</bdi>
        </span>
      </a>
      {isOpen && <PolicyDetails policy={policy} />}
    </li>
  );
}

const changes = {
  ADDED: ['+ added', 'good'],
  CHANGED: ['± changed', 'waiting'],
  REMOVED: ['− removed', 'bad'],
} as const;

function ChangeSign({ change }: Pick<ComparedPolicy, 'change'>) {
  if (change === null || change === 'UNCHANGED') return null;
  const [word, tone] = changes[change];
  return <span class={`state ${tone}`}>{word} </span>;
}
