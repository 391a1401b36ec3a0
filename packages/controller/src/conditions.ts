import { isDeleting, retryAnnotation } from './binding.ts';
import type { AssociationStatus, Binding, Condition } from './binding.ts';
import { isDecided } from './outcome.ts';
import type { Selection } from './selection.ts';

/** A condition without its times. */
export type Draft = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

interface Cause {
  readonly reason: string;
  readonly message: string;
}

/** As many service accounts as a message tells of. */
const maxTold = 5;

/**
 * Ready, with Reconciling or Stalled while it is not: present only if they are true, as kstatus
 * expects (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md).
 */
export function readiness(
  binding: Binding,
  selection: Selection,
  associations: readonly AssociationStatus[],
): readonly Draft[] {
  const stalled = [...selectionFaults(selection), ...causesOf(associations, 'Stalled')];
  const waiting = [...waits(binding, selection), ...causesOf(associations, 'Progressing')];
  const overlaps = overlapOf(selection);
  const overlapped: readonly Draft[] = overlaps === null ? [] : [{ type: 'Overlapped', status: 'True', ...overlaps }];
  const [cause] = [...stalled, ...waiting];
  if (cause === undefined) {
    const warnings = told(associations.filter((one) => one.message !== ''));
    const message = [`Bound: ${selection.chosen.slice(0, maxTold).join(', ')}.`, ...warnings].join(' ');
    return [{ type: 'Ready', status: 'True', reason: 'Bound', message }, ...overlapped];
  }
  const type = stalled.length > 0 ? 'Stalled' : 'Reconciling';
  const message = (stalled.length > 0 ? stalled : waiting).map((one) => one.message).join(' ');
  const common = { reason: cause.reason, message };
  return [{ type: 'Ready', status: 'False', ...common }, { type, status: 'True', ...common }, ...overlapped];
}

/** What only a change of resources ends. */
function selectionFaults({ chosen, overlapped, unreleased, beyondLimit }: Selection): readonly Cause[] {
  const overlap =
    chosen.length === 0 && unreleased.size === 0 && overlapped.size > 0 ? overlapOf({ overlapped }) : null;
  const beyond = `${beyondLimit} more service accounts match. Raise maxServiceAccounts, or choose another pattern.`;
  return [
    ...(overlap === null ? [] : [overlap]),
    ...(beyondLimit > 0 ? [{ reason: 'TooManyServiceAccounts', message: beyond }] : []),
  ];
}

function overlapOf({ overlapped }: Pick<Selection, 'overlapped'>): Cause | null {
  if (overlapped.size === 0) return null;
  const names = [...overlapped].slice(0, maxTold).map(([account, winner]) => `${account} (${winner})`);
  return { reason: 'Overlapped', message: `Older resources have these service accounts: ${names.join(', ')}.` };
}

function waits(binding: Binding, { chosen, overlapped, unreleased }: Selection): readonly Cause[] {
  const names = [...unreleased].slice(0, maxTold).map(([account, holder]) => `${account} (${holder})`);
  if (names.length > 0)
    return [{ reason: 'WaitingForRelease', message: `Other resources have to release: ${names.join(', ')}.` }];
  if (isDeleting(binding) || chosen.length + overlapped.size > 0) return [];
  return [{ reason: 'NoServiceAccount', message: 'No service account matches the pattern.' }];
}

function causesOf(associations: readonly AssociationStatus[], state: AssociationStatus['state']): readonly Cause[] {
  const found = associations.filter((one) => one.state === state);
  const [first] = found;
  if (first === undefined) return [];
  const hint = found.some(isDecided)
    ? ` It is sent again after a change of the spec or of the annotation ${retryAnnotation}.`
    : '';
  return [{ reason: first.reason, message: `${told(found).join(' ')}${hint}` }];
}

function told(associations: readonly AssociationStatus[]): readonly string[] {
  const lines = associations.slice(0, maxTold).map(({ serviceAccount, message }) => `${serviceAccount}: ${message}`);
  return [...lines, ...(associations.length > maxTold ? [`And ${associations.length - maxTold} more.`] : [])];
}

/** Conditions with their times, which change only with their status. */
export function conditionsOf(drafts: readonly Draft[], { metadata, status }: Binding): readonly Condition[] {
  const now = new Date().toISOString().replace(/\.\d+/, '');
  return drafts.map(({ type, status: value, reason, message }) => {
    const before = conditionOf({ status }, type);
    const lastTransitionTime = before?.status === value ? before.lastTransitionTime : now;
    const observedGeneration = metadata.generation ?? 0;
    return { type, status: value, reason, message: message.slice(0, 4_000), observedGeneration, lastTransitionTime };
  });
}

/** A condition of a resource; undefined without it. */
export function conditionOf({ status }: Pick<Binding, 'status'>, type: string): Condition | undefined {
  return status.conditions?.find((one) => one.type === type);
}
