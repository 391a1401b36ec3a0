import type { Refusal } from '../../../client/src/client/result.ts';
import { useQuery } from '../api/use-query.ts';
import { OnePolicy } from '../generated/operations.ts';

/** So many rules are read for their tags: each is a request. */
const maxRules = 5;

interface MissingTagsProps {
  readonly refusal: Refusal;
  /** The keys of the tags that are filled in. */
  readonly given: readonly string[];
  readonly onAdd: (key: string) => void;
}

/** Adds the tags that rules name which stand against a request. What a rule does not name is not guessed. */
export function MissingTags({ refusal, given, onAdd }: MissingTagsProps) {
  if (refusal.__typename !== 'PolicyDenied') return null;
  return refusal.violations
    .slice(0, maxRules)
    .map(({ policyId }) => <MissingTag key={policyId} policyId={policyId} given={given} onAdd={onAdd} />);
}

function MissingTag({ policyId, given, onAdd }: Omit<MissingTagsProps, 'refusal'> & { readonly policyId: string }) {
  const { data } = useQuery(OnePolicy, { policyId });
  const key = data?.policy?.annotations.find(({ name }) => name === 'tag')?.value;
  if (!key || given.includes(key)) return null;
  return (
    <p>
      <button type="button" onClick={() => onAdd(key)}>
        Add the tag “{key}”
      </button>
    </p>
  );
}
