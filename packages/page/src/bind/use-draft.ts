import { useEffect, useRef, useState } from 'preact/hooks';
import { go, hrefOf, useRoute } from '../route.ts';
import { draftOf, isFilledIn, paramsOf } from './draft.ts';
import type { Draft } from './draft.ts';
import { takeHandedOver } from './pending.ts';

/** How long typing rests before the URL follows, in milliseconds. */
const settledMs = 300;

/**
 * What is filled in: from the URL, and kept in it. A session policy and a long reason stay in the
 * memory of the page. `isTouched`: whether a person has done something since a link filled it in.
 */
export function useDraft() {
  const { view, params } = useRoute();
  const [draft, setDraft] = useState<Draft>(() => ({ ...draftOf(params), ...takeHandedOver() }));
  const [isTouched, setTouched] = useState(() => !isFilledIn(draft));
  const written = useRef(keyOf(draft));
  const shown = keyOf(draftOf(params));
  useEffect(() => {
    // Another link was followed, or the way back.
    if (view !== 'bind' || shown === written.current) return;
    written.current = shown;
    const next = { ...draftOf(params), ...takeHandedOver() };
    setDraft(next);
    setTouched(!isFilledIn(next));
  }, [view, shown]);
  const write = () => {
    const key = keyOf(draft);
    if (key === written.current) return;
    written.current = key;
    go('bind', paramsOf(draft), { replace: true });
  };
  useEffect(() => {
    const timer = setTimeout(write, settledMs);
    return () => clearTimeout(timer);
  }, [draft]);
  const touch = () => setTouched(true);
  const change = (changes: Draft, { isOwn = true } = {}) => {
    if (isOwn) touch();
    setDraft((last) => ({ ...last, ...changes }));
  };
  return { draft, change, touch, isTouched, /** Writes the URL now. */ write };
}

/** What the URL has of a draft: the time zone beside it is not a part of the draft. */
function keyOf(draft: Draft): string {
  return hrefOf('bind', { ...paramsOf(draft), utc: '' });
}
