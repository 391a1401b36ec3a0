import { missingTags } from '../../../client/src/client/refusal-words.ts';
import type { Refusal } from '../../../client/src/client/result.ts';

interface MissingTagsProps {
  readonly refusal: Refusal;
  /** The keys of the tags that are filled in. */
  readonly given: readonly string[];
  readonly onAdd: (key: string) => void;
}

/** Adds the tags that rules name which stand against a request. What a rule does not name is not guessed. */
export function MissingTags({ refusal, given, onAdd }: MissingTagsProps) {
  return missingTags(refusal)
    .filter((key) => !given.includes(key))
    .map((key) => (
      <p key={key}>
        <button type="button" onClick={() => onAdd(key)}>
          Add the tag “{key}”
        </button>
      </p>
    ));
}
