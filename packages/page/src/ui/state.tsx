import { Icon } from './icon.tsx';
import { states } from './states.ts';
import type { StateName } from './states.ts';

export type { StateName } from './states.ts';

/** A state as a word with an icon; `children` replace the word, e.g. "ends in 3 days". */
export function State({ name, children }: { readonly name: StateName; readonly children?: preact.ComponentChildren }) {
  const [word, icon, tone] = states[name];
  return (
    <span class={`state ${tone}`}>
      <Icon name={icon} />
      {children ?? word}
    </span>
  );
}
