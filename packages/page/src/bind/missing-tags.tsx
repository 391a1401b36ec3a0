import { missingTags } from '../../../client/src/client/refusal-words.ts';
import type { Refusal } from '../../../client/src/client/result.ts';

interface AddTagsProps {
  readonly refusal: Refusal;
  /** The tags that are filled in. */
  readonly tags: readonly { readonly key: string }[];
  readonly onAdd: (key: string) => void;
}

/** Adds the tags that rules name which stand against a request. What a rule does not name is not guessed. */
export function AddTags({ refusal, tags, onAdd }: AddTagsProps) {
  const missing = missingTags(refusal).filter((key) => !tags.some((tag) => tag.key === key));
  return [...new Set(missing)].map((key) => (
    <p key={key}>
      <button type="button" onClick={() => onAdd(key)}>
        Add the tag “{key}”
      </button>
    </p>
  ));
}
