import type { ComponentType } from 'preact';
import { Approvals } from './approvals/approvals.tsx';
import { Bind } from './bind/bind.tsx';
import { Fleet } from './fleet/fleet.tsx';
import { Operations } from './operations/operations.tsx';
import { Trail } from './trail/trail.tsx';

/** The views, by the first part of their path in the URL, in the order of the navigation. */
export const views = {
  fleet: ['Who has what', Fleet],
  trail: ['Trail', Trail],
  approvals: ['Approvals', Approvals],
  bind: ['Bind', Bind],
  operations: ['Operations', Operations],
} satisfies Record<string, readonly [string, ComponentType]>;

/** The view of a path; null if there is none. */
export function viewOf(path: string): ComponentType | null {
  const [first = ''] = path.split('/', 1);
  return Object.hasOwn(views, first) ? views[first as keyof typeof views][1] : null;
}
