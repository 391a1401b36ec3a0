import { useEffect, useState } from 'preact/hooks';
import { pageFragment } from '../../client/src/client/page-links.ts';
import type { PageParams as Params } from '../../client/src/client/page-links.ts';
import { paramProblems } from './params.ts';
import type { ParamProblem } from './params.ts';

/**
 * What is shown: a view, and what it shows. All of it is in the fragment of the URL, so that links
 * show the same to others.
 */
export interface Route {
  /** E.g. `fleet`, or `trail/entry`. */
  readonly view: string;
  readonly params: URLSearchParams;
  /** What is wrong with them: such a view is not shown. */
  readonly problems: readonly ParamProblem[];
}

/** The first view. */
const start = 'fleet';

function readRoute(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  const [view, params] = [path || start, new URLSearchParams(query)];
  return { view, params, problems: paramProblems(view, params) };
}

/** Whether the link says that times are shown in UTC. All links within the page keep it. */
export function isUtcLink(): boolean {
  return /[?&]utc=1(&|$)/.test(location.hash);
}

/** The link to a view. */
export function hrefOf(view: string, { utc = isUtcLink() ? '1' : null, ...params }: Params = {}): string {
  return pageFragment(view, { ...params, utc });
}

/** Goes to a view, as its link does; with `replace`, back does not return to what is shown now. */
export function go(view: string, params: Params = {}, { replace = false } = {}): void {
  const href = hrefOf(view, params);
  if (href === location.hash) return;
  if (!replace) {
    location.hash = href;
    return;
  }
  history.replaceState(null, '', href);
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Changes parameters of what is shown, e.g. a filter; others stay. */
export function setParams(changes: Params, options?: { readonly replace?: boolean }): void {
  const { view, params } = readRoute();
  go(view, { ...Object.fromEntries(params), ...changes }, options);
}

/** What is shown, kept up to date. */
export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const update = () => setRoute(readRoute());
    addEventListener('hashchange', update);
    return () => removeEventListener('hashchange', update);
  }, []);
  return route;
}
