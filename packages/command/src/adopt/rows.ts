import type { Outcome } from '../declaration/apply.ts';
import { keyOf } from '../declaration/declaration.ts';
import type { SeenAssociation } from '../declaration/observe.ts';
import type { InventoryLine } from '../inventory-lines.ts';
import type { Verdict } from './check.ts';
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
export type Status = keyof typeof countNames;

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

/** An association of the report. */
export interface Row {
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

/** The associations that are selected and not known to the gateway, and what became of them. */
export function rowsOf({ selected, verdicts, outcomes }: Adoption): readonly Row[] {
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

/** The number of rows with each status. */
export function countsOf(rows: readonly Row[]): Readonly<Record<string, number>> {
  const counts = Object.entries(countNames).map(([status, name]) => {
    return [name, rows.filter((row) => row.status === status).length] as const;
  });
  return Object.fromEntries(counts);
}
