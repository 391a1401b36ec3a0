import type { Outcome } from '../declaration/apply.ts';
import { clusterKeyOf, keyOf } from '../declaration/declaration.ts';
import type { Coverage, SeenAssociation } from '../declaration/observe.ts';
import { nameOf } from '../declaration/print.ts';
import { makerOf } from '../gateway/makers.ts';
import { inventoryText } from '../inventory-lines.ts';
import type { InventoryLine } from '../inventory-lines.ts';
import type { Verdict } from './check.ts';
import { deniedUpdates } from './denied-updates.ts';
import type { Selected } from './select.ts';

/** What is known of an adoption of many associations. */
export interface Adoption {
  readonly selected: Selected;
  readonly verdicts: readonly Verdict[];
  /** What would permit the next updates. */
  readonly inventory: readonly InventoryLine[];
  /** Null before anything is sent. */
  readonly outcomes: readonly Outcome[] | null;
}

/**
 * `PLANNED`: it would be adopted. `APPROVAL_REQUIRED`: others have to approve it first.
 * `IN_PROGRESS`: it may be adopted, or may still be. `NOT_SENT`: the run ended before.
 */
type Status = keyof typeof countNames;

/** The counts of the answer, by status. */
const countNames = {
  PLANNED: 'planned',
  ADOPTED: 'adopted',
  APPROVAL_REQUIRED: 'approvalRequired',
  LEFT_OUT: 'leftOut',
  REFUSED: 'refused',
  IN_PROGRESS: 'inProgress',
  NOT_SENT: 'notSent',
} as const;

interface Row {
  readonly association: SeenAssociation;
  readonly status: Status;
  readonly message: string | null;
}

const statusOf: Readonly<Record<Outcome['kind'], Status>> = {
  done: 'ADOPTED',
  overtaken: 'REFUSED',
  refused: 'REFUSED',
  approvalRequired: 'APPROVAL_REQUIRED',
  inProgress: 'IN_PROGRESS',
  failed: 'IN_PROGRESS',
  notStarted: 'NOT_SENT',
};

const driftReason =
  'The gateway recorded it, and it was changed outside since: see pod-identity drift, and adopt it by its id.';
const dryRunReason = 'Policy allows you to check the adoption, and not to make it.';

function rowsOf({ selected, verdicts, outcomes }: Adoption): readonly Row[] {
  const byKey = new Map(outcomes?.map((one) => [keyOf(one.change.target), one]));
  const drifted = selected.drifted.map((association): Row => ({
    association,
    status: 'LEFT_OUT',
    message: driftReason,
  }));
  const outside = verdicts.filter(({ association }) => association.origin === 'OUTSIDE');
  return [...outside.map((one) => rowOf(one, byKey.get(keyOf(one.association)))), ...drifted];
}

function rowOf({ association, change, reasons }: Verdict, outcome: Outcome | undefined): Row {
  if (outcome !== undefined) {
    return { association, status: statusOf[outcome.kind], message: 'message' in outcome ? outcome.message : null };
  }
  if (change === null) return { association, status: 'LEFT_OUT', message: reasons.join(' ') };
  if (change.onlyAsDryRun === true) return { association, status: 'LEFT_OUT', message: dryRunReason };
  const { approvers = [] } = change;
  if (approvers.length === 0) return { association, status: 'PLANNED', message: null };
  const message = `It needs an approval of ${approvers.map((group) => `the group ${group}`).join(', ')}.`;
  return { association, status: 'APPROVAL_REQUIRED', message };
}

/** What would be adopted, or became of it, for people: groups of equal reasons, not each row. */
export function adoptionLines(adoption: Adoption): readonly string[] {
  const rows = rowsOf(adoption);
  return [
    ...(adoption.outcomes === null ? clusterLines(rows) : []),
    ...headings.flatMap(([status, heading]) => statusLines(rows, status, heading)),
    ...unknownLines(adoption),
    ...deniedLines(adoption),
    ...(rows.length > 0 ? [''] : []),
    summaryLine(adoption, rows),
    ...paceLines(adoption, rows),
  ];
}

/** A line for each cluster, with the tools that made the associations. */
function clusterLines(rows: readonly Row[]): readonly string[] {
  const planned = rows.filter(({ status }) => status === 'PLANNED').map(({ association }) => association);
  return [...Map.groupBy(planned, clusterKeyOf)].map(([key, associations]) => {
    const makers = Map.groupBy(associations, (one) => makerNameOf(one) ?? 'an unknown tool');
    const madeBy = [...makers].map(([maker, { length }]) => `${length} by ${maker}`).sort();
    return `= adopt ${associations.length} in ${key}: ${madeBy.join(', ')}`;
  });
}

function makerNameOf({ ownerArn, tags }: SeenAssociation): string | null {
  return makerOf({ ownerArn, tags: Object.entries(tags).map(([key, value]) => ({ key, value })) });
}

const headings: readonly (readonly [Status, string])[] = [
  ['LEFT_OUT', 'Left out'],
  ['APPROVAL_REQUIRED', 'Needs an approval: asked for with --wait'],
  ['REFUSED', 'Refused'],
  ['IN_PROGRESS', 'Result not known: run the same command again'],
  ['NOT_SENT', 'Not sent: run the same command again'],
];

/** How many names of a group are shown. */
const maxNames = 5;

function statusLines(rows: readonly Row[], status: Status, heading: string): readonly string[] {
  const groups = Map.groupBy(
    rows.filter((row) => row.status === status),
    ({ message }) => message ?? '',
  );
  const lines = [...groups].map(([message, some]) =>
    groupLine(
      message,
      some.map(({ association }) => association),
    ),
  );
  return lines.length === 0 ? [] : [`${heading}:`, ...lines];
}

function groupLine(reason: string, associations: readonly SeenAssociation[]): string {
  const names = associations.slice(0, maxNames).map(nameOf);
  const more = associations.length > maxNames ? ` and ${associations.length - maxNames} more` : '';
  return `- ${associations.length}: ${reason} (${names.join(', ')}${more})`;
}

function unknownLines({ selected: { unknown } }: Adoption): readonly string[] {
  if (unknown.length === 0) return [];
  const line = (cluster: Coverage) =>
    `- ${clusterKeyOf(cluster)}${cluster.failure === null ? '' : `: ${cluster.failure}`}`;
  return ['No complete scan yet, so that associations can be missing:', ...unknown.map(line)];
}

function deniedLines({ verdicts, inventory }: Adoption): readonly string[] {
  const groups = deniedUpdates(verdicts);
  if (groups.length === 0) return [];
  return [
    'Adopted as they are, but policy would deny their next update:',
    ...groups.map(({ reason, associations }) => groupLine(reason, associations)),
    ...inventoryText(inventory),
  ];
}

function countsOf(rows: readonly Row[]): Readonly<Record<string, number>> {
  const counts = Object.entries(countNames).map(([status, name]) => {
    return [name, rows.filter((row) => row.status === status).length] as const;
  });
  return Object.fromEntries(counts);
}

function summaryLine({ selected: { adopted, made, addOns }, outcomes }: Adoption, rows: readonly Row[]): string {
  const { planned = 0, adopted: done = 0, approvalRequired = 0, leftOut = 0 } = countsOf(rows);
  const first = outcomes === null ? `${planned} to adopt` : `Adopted: ${done} of ${outcomes.length}`;
  return [
    first,
    `${approvalRequired} need an approval`,
    `${leftOut} left out`,
    `${adopted.length} adopted before`,
    `${made} made by the gateway`,
    `${addOns} of EKS add-ons.`,
  ].join(', ');
}

/** As many requests of a principal as the gateway takes in a minute, by default. */
const requestsPerMinute = 600;

/** How long the adoption of many takes at least, at the default rate of a principal. */
function paceLines({ outcomes }: Adoption, rows: readonly Row[]): readonly string[] {
  const count = rows.filter(({ status }) => status === 'PLANNED').length;
  if (outcomes !== null || count < requestsPerMinute) return [];
  return [`At ten requests a second, this takes at least ${Math.ceil(count / requestsPerMinute)} minutes.`];
}

/** What would be adopted, or became of it, as data. */
export function adoptionAnswer(adoption: Adoption) {
  const { selected, verdicts, inventory } = adoption;
  const rows = rowsOf(adoption);
  return {
    adoptions: rows.map(answerOf),
    counts: {
      ...countsOf(rows),
      adoptedBefore: selected.adopted.length,
      made: selected.made,
      addOns: selected.addOns,
      unknownClusters: selected.unknown.length,
    },
    unknownClusters: selected.unknown,
    deniedUpdates: deniedUpdates(verdicts).map(({ reason, associations }) => ({
      reason,
      associations: associations.map(nameOf),
    })),
    inventory,
  };
}

function answerOf({ association, status, message }: Row) {
  const { accountId, region, clusterName, namespace, serviceAccount, associationId, roleArn, modifiedAt } = association;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  return { ...target, associationId, roleArn, modifiedAt, madeBy: makerNameOf(association), status, message };
}
