import { goneText } from '../gateway/coverage.ts';
import type { Outcome } from './apply.ts';
import { keyOf } from './declaration.ts';
import { deletionsOf } from './deletions.ts';
import type { Plan } from './plan-file.ts';
import { changedSettings } from './states.ts';
import type { Action, Change, Denied, Difference } from './planner.ts';
import { removedText, tagDifference, tagLines } from './tags.ts';

/** What a plan says beside its changes. */
export interface Remarks extends Pick<Difference, 'unadopted' | 'otherTags' | 'ended'> {
  /** Changes of which policy can't decide before roles are read. */
  readonly undecided: number;
  /** The clusters in which nothing is planned, because they are gone. */
  readonly inGone: readonly GoneCluster[];
}

/** A cluster that is gone, and how many associations of the declaration it would have. */
export interface GoneCluster {
  /** `<account>/<region>/<name>`. */
  readonly cluster: string;
  /** RFC 3339. */
  readonly since: string;
  readonly leftOut: number;
}

const signs: Readonly<Record<Action, string>> = {
  create: '+',
  update: '~',
  adopt: '=',
  delete: '-',
  tag: '~',
  untag: '~',
};

/** A plan as text for people. */
export function planLines(plan: Plan, remarks: Remarks): readonly string[] {
  return [
    ...plan.changes.flatMap(changeLines),
    ...plan.denied.flatMap(deniedLines),
    ...(plan.changes.length + plan.denied.length > 0 ? [''] : []),
    `Declaration ${[plan.declaration, ...(plan.targets ?? [])].join(', ')}: ${countsText(plan)}.`,
    ...remarkLines(plan, remarks),
    ...deletionLines(plan),
  ];
}

function changeLines(change: Change): readonly string[] {
  const { approvers = [], onlyAsDryRun = false } = change;
  return [
    ...settingLines(change),
    ...approvers.map((group) => `    needs an approval of the group ${group}`),
    ...(onlyAsDryRun ? ['    policy allows you to plan it, and not to make it'] : []),
  ];
}

function settingLines(change: Change): readonly string[] {
  const { action, target, before, after } = change;
  const head = `${signs[action]} ${action} ${keyOf(target)}`;
  if (action === 'tag' || action === 'untag') {
    return [head, ...tagLines(tagDifference(before?.tags ?? {}, after?.tags ?? {}))];
  }
  if (action !== 'update' || before === null || after === null) {
    const { roleArn = '', targetRoleArn = null } = after ?? before ?? {};
    const until = after?.expiresAt ? ` until ${after.expiresAt}` : '';
    return [`${head} ${roleArn}${targetRoleArn === null ? '' : ` → ${targetRoleArn}`}${until}`];
  }
  const settings = changedSettings(before, after);
  return [
    head,
    ...settings.map((name) => `    ${name}: ${String(before[name] ?? 'none')} → ${String(after[name] ?? 'none')}`),
    ...(after.expiresAt === undefined || after.expiresAt === before.expiresAt
      ? []
      : [`    expiresAt: ${before.expiresAt ?? 'none'} → ${after.expiresAt ?? 'none'}`]),
  ];
}

function deniedLines({ action, target, reasons }: Denied): readonly string[] {
  return [
    `! denied${action === null ? '' : ` ${action}`} ${keyOf(target)}`,
    ...reasons.map((reason) => `    ${reason}`),
  ];
}

/** How many changes of each kind a plan has, and what else it is about. */
function countsOf({ changes, unchanged, denied, leftOver }: Plan) {
  const count = (action: Action) => changes.filter((one) => one.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    adopt: count('adopt'),
    delete: count('delete'),
    tag: count('tag'),
    untag: count('untag'),
    unchanged: unchanged.length,
    denied: denied.length,
    leftOver: leftOver.length,
  };
}

/** E.g. `2 to create, 0 to update, …`. Changes of tags are named where there are some. */
function countsText(plan: Plan): string {
  const counts = countsOf(plan);
  const actions = Object.keys(signs) as readonly Action[];
  const isShown = (action: Action) => counts[action] > 0 || (action !== 'tag' && action !== 'untag');
  const texts = actions.filter(isShown).map((action) => `${counts[action]} to ${action}`);
  return [...texts, `${counts.unchanged} unchanged`, `${counts.denied} denied`].join(', ');
}

function remarkLines(
  { changes, leftOver }: Plan,
  { unadopted, otherTags, undecided, ended, inGone }: Remarks,
): readonly string[] {
  const held = changes.filter(({ approvers = [] }) => approvers.length > 0).length;
  const onlyPlanned = changes.filter(({ onlyAsDryRun }) => onlyAsDryRun === true).length;
  return [
    ...(onlyPlanned > 0
      ? [`${onlyPlanned} changes are permitted to you as dry runs only: who applies has to plan again.`]
      : []),
    ...(held > 0 ? [`${held} changes need an approval, which is asked for when the plan is applied.`] : []),
    ...(undecided > 0
      ? [
          `${undecided} changes depend on attributes of roles, which are read when they are made: they can still be denied.`,
        ]
      : []),
    ...(unadopted > 0
      ? [`${unadopted} equal associations were made outside the gateway: --adopt plans their adoption.`]
      : []),
    ...(leftOver.length > 0
      ? [
          `${leftOver.length} associations that this declaration made are not in it any more: --prune plans their deletes.`,
        ]
      : []),
    ...(ended > 0 ? [`${ended} bindings of service accounts are over: take them out of the file.`] : []),
    ...inGone.map(
      ({ cluster, since, leftOut }) =>
        `${goneText(cluster, since)} ${leftOut} associations are left out: take the cluster out of the inventory, and its name out of the file.`,
    ),
    ...removedTagLines(otherTags),
  ];
}

function removedTagLines(otherTags: Remarks['otherTags']): readonly string[] {
  const removed = removedText(otherTags);
  const { length } = otherTags.filter((one) => Object.keys(one.removed).length > 0);
  return removed === null ? [] : [`${length} associations have tags that the declaration does not have: ${removed}.`];
}

function deletionLines({ changes, clusterSizes }: Plan): readonly string[] {
  const { count, reasons } = deletionsOf(changes, clusterSizes);
  return reasons.length === 0 ? [] : [...reasons, `To apply the plan, confirm them: --confirm-deletions ${count}`];
}

/** A plan as data, for `--output json`. */
export function planAnswer(plan: Plan, { unadopted, otherTags, undecided, ended, inGone }: Remarks) {
  const { changes, denied, unchanged: _, leftOver: __, untargeted: ___, clusterSizes, ...head } = plan;
  const deletions = deletionsOf(changes, clusterSizes);
  return {
    ...head,
    counts: countsOf(plan),
    changes,
    denied,
    unadopted,
    undecided,
    ended,
    otherTags,
    inGone,
    deletions,
  };
}

const headings: readonly (readonly [Outcome['kind'], string])[] = [
  ['refused', 'Refused'],
  ['overtaken', 'Done by this plan, and changed since'],
  ['approvalRequired', 'Needs an approval: apply the plan again once it is given, or now with --wait'],
  ['inProgress', 'In progress: apply the plan again to learn the result'],
  ['failed', 'Failed, with an unknown result: apply the plan again'],
  ['notStarted', 'Not started'],
];

/** What became of a plan, as text for people. */
export function outcomeLines(outcomes: readonly Outcome[]): readonly string[] {
  const of = (kind: Outcome['kind']) => outcomes.filter((one) => one.kind === kind);
  const replayed = outcomes.filter((one) => one.kind === 'done' && one.isReplayed).length;
  const done = `Done: ${of('done').length} of ${outcomes.length}${replayed > 0 ? `, ${replayed} of them by an earlier run` : ''}.`;
  return [
    ...headings.flatMap(([kind, heading]) =>
      of(kind).length === 0 ? [] : [`${heading}:`, ...of(kind).map(outcomeLine)],
    ),
    done,
  ];
}

function outcomeLine(outcome: Outcome): string {
  const { action, target } = outcome.change;
  return `- ${action} ${keyOf(target)}${'message' in outcome ? `: ${outcome.message}` : ''}`;
}

/** What became of a plan, as data. */
export function outcomesAnswer(planId: string, outcomes: readonly Outcome[]) {
  const count = (kind: Outcome['kind']) => outcomes.filter((one) => one.kind === kind).length;
  const others = headings.map(([kind]) => [kind, count(kind)] as const);
  return {
    planId,
    counts: { done: count('done'), ...Object.fromEntries(others) },
    outcomes: outcomes.map(({ change: { action, target }, ...outcome }) => ({ action, target, ...outcome })),
  };
}
