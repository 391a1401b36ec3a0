import { useRef } from 'preact/hooks';
import { missingTags } from '../../../client/src/client/refusal-words.ts';
import type { Refusal } from '../../../client/src/client/result.ts';
import type { OfferedRoles } from './change.ts';
import { tagsOf, textOfTags } from './draft.ts';
import type { DraftTag } from './draft.ts';
import { Help } from './field.tsx';
import type { Form } from './field.tsx';

const empty: DraftTag = { key: '', value: '' };

/**
 * The tags that rules name which stand against all roles; null if they are not known. What a rule
 * does not name is not guessed.
 */
function tagsNamed(roles: OfferedRoles | null): readonly string[] | null {
  if (roles?.some(({ permission }) => permission !== 'DENIED')) return [];
  return roles?.flatMap(({ violations }) => violations.flatMap(({ tagKey }) => tagKey ?? [])) ?? null;
}

/**
 * The tags of a new association, a row each, and a row for the first one that a rule names and that
 * is missing: it is no tag before a value is typed.
 */
export function Tags({ form }: { readonly form: Form }) {
  // While the roles are read again, the row stays: a person may be in it.
  const known = useRef<readonly string[]>([]);
  known.current = tagsNamed(form.roles) ?? known.current;
  const tags = tagsOf(form.valueOf('tags'));
  const missing = known.current.find((key) => !tags.some((tag) => tag.key === key));
  const rows = missing !== undefined ? [...tags, { ...empty, key: missing }] : tags.length > 0 ? tags : [empty];
  const change = (changed: readonly DraftTag[]) => form.set({ tags: textOfTags(changed) });
  const edit = (index: number, part: Partial<DraftTag>) =>
    change(
      rows.slice(0, Math.max(tags.length, index + 1)).map((tag, at) => (at === index ? { ...tag, ...part } : tag)),
    );
  return (
    <fieldset class="field tags">
      <legend>Tags</legend>
      {rows.map((tag, index) => (
        <div key={index} class="tag">
          {(['key', 'value'] as const).map((part) => (
            <input
              key={part}
              type="text"
              aria-label={`${part === 'key' ? 'Key' : 'Value'} of tag ${index + 1}`}
              placeholder={part}
              value={tag[part]}
              spellcheck={false}
              autocomplete="off"
              aria-describedby="bind-tags-help"
              onInput={({ currentTarget }) => edit(index, { [part]: currentTarget.value })}
            />
          ))}
          {(index < tags.length || missing === undefined) && (
            <button
              type="button"
              aria-label={`Remove tag ${index + 1}`}
              onClick={() => change(tags.filter((_, at) => at !== index))}
            >
              Remove
            </button>
          )}
        </div>
      ))}
      <button type="button" onClick={() => change([...(missing === undefined ? rows : tags), empty])}>
        Add a tag
      </button>
      <Help {...{ form, name: 'tags' }} />
    </fieldset>
  );
}

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
