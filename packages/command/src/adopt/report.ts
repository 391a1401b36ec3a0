import { clusterKeyOf, keyOf } from '../declaration/declaration.ts';
import type { Coverage, SeenAssociation } from '../declaration/observe.ts';
import { makerOf } from '../gateway/makers.ts';
import { inventoryText } from '../inventory-lines.ts';
import { deniedUpdates } from './denied-updates.ts';
import { countsOf, rowsOf } from './rows.ts';
import type { Adoption, Row, Status } from './rows.ts';
import { groupBy } from '../declaration/grouped.ts';

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
  return [...groupBy(planned, clusterKeyOf)].map(([key, associations]) => {
    const makers = groupBy(associations, (one) => makerNameOf(one) ?? 'an unknown tool');
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
  const groups = groupBy(
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
  const names = associations.slice(0, maxNames).map(keyOf);
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
      associations: associations.map(keyOf),
    })),
    inventory,
  };
}

function answerOf({ association, status, message }: Row) {
  const { accountId, region, clusterName, namespace, serviceAccount, associationId, roleArn, modifiedAt } = association;
  const target = { accountId, region, clusterName, namespace, serviceAccount };
  return { ...target, associationId, roleArn, modifiedAt, madeBy: makerNameOf(association), status, message };
}
