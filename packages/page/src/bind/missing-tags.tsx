interface AddTagsProps {
  /** The keys of tags that rules name which stand against a request. */
  readonly keys: readonly string[];
  /** The keys of the tags that are filled in. */
  readonly given: readonly string[];
  readonly onAdd: (key: string) => void;
}

/** Adds the tags that rules name. What a rule does not name is not guessed. */
export function AddTags({ keys, given, onAdd }: AddTagsProps) {
  return [...new Set(keys)]
    .filter((key) => !given.includes(key))
    .map((key) => (
      <p key={key}>
        <button type="button" onClick={() => onAdd(key)}>
          Add the tag “{key}”
        </button>
      </p>
    ));
}
