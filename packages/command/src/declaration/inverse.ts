import type { Plan } from './plan-file.ts';
import type { Change } from './planner.ts';
import type { Stated } from './states.ts';
import { rowsOf } from './rows.ts';
import type { Row } from './rows.ts';
import { declarationText } from './write.ts';

/**
 * A declaration of the state before a plan: planned with --prune under the same name, it changes
 * updated and tagged associations back, creates deleted ones again and deletes created ones. Its
 * limits are in its first lines.
 */
export function inverseDeclaration({ declaration, changes, denied, createdAt, ...plan }: Plan): string {
  const { unchanged, leftOver, untargeted = [] } = plan;
  const before = [
    ...rowsOf(changes).map((row) => ({ target: row[0].target, state: stateBefore(row) })),
    ...rowsOf(denied).map(([{ target, before: state }]) => ({ target, state })),
  ].flatMap(({ target, state }) => (state === null ? [] : [{ target, state }]));
  const text = declarationText(declaration, [...before, ...unchanged, ...leftOver, ...untargeted]);
  return `# What declaration ${declaration} concerned before the plan of ${createdAt}, to go back: pod-identity plan --prune -f FILE.
# An association that is created again has another id and another creation time, and its pods need a restart. An adoption stays.
# What others changed since is changed too: read the plan.
${text}`;
}

/** A declaration that says nothing of an expiry leaves it as it is. */
function stateBefore(row: Row<Change>): Stated | null {
  const [{ before }] = row;
  const isSet = row.some(({ after }) => typeof after?.expiresAt === 'string');
  if (before === null || before.expiresAt !== undefined || !isSet) return before;
  return { ...before, expiresAt: 'never' };
}
