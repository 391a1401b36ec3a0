import { tagsOf, textOfTags } from './draft.ts';
import type { DraftTag } from './draft.ts';
import { Help } from './field.tsx';
import type { Form } from './field.tsx';

/** The tags of a new association, a row each. */
export function Tags({ form }: { readonly form: Form }) {
  const tags = tagsOf(form.valueOf('tags'));
  const rows = tags.length > 0 ? tags : [{ key: '', value: '' }];
  const change = (changed: readonly DraftTag[]) => form.set({ tags: textOfTags(changed) });
  const edit = (index: number, part: Partial<DraftTag>) =>
    change(rows.map((tag, at) => (at === index ? { ...tag, ...part } : tag)));
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
          <button
            type="button"
            aria-label={`Remove tag ${index + 1}`}
            onClick={() => change(rows.filter((_, at) => at !== index))}
          >
            Remove
          </button>
        </div>
      ))}
      <button type="button" onClick={() => change([...rows, { key: '', value: '' }])}>
        Add a tag
      </button>
      <Help name="tags" findings={form.findingsAt('tags')} />
    </fieldset>
  );
}
