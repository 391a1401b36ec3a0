import type { Plan } from './plan-file.ts';
import type { Change, Stated } from './planner.ts';
import { declarationText } from './write.ts';

/**
 * A declaration of the state before a plan: planned with --prune under the same name, it changes
 * updated associations back, creates deleted ones again and deletes created ones. Its limits are in
 * its first lines.
 */
export function inverseDeclaration({ declaration, changes, denied, createdAt, ...plan }: Plan): string {
  const { unchanged, leftOver, untargeted = [] } = plan;
  const before = [
    ...changes.map((change) => ({ target: change.target, state: stateBefore(change) })),
    ...denied.map(({ target, before: state }) => ({ target, state })),
  ].flatMap(({ target, state }) => (state === null ? [] : [{ target, state }]));
  const text = declarationText(declaration, [...before, ...unchanged, ...leftOver, ...untargeted]);
  return `# What declaration ${declaration} concerned before the plan of ${createdAt}, to go back: pod-identity plan --prune -f FILE.
# An association that is created again has another id and another creation time, and its pods need a restart. An adoption stays.
# What others changed since is changed too: read the plan.
${text}`;
}

/** A declaration that says nothing of an expiry leaves it as it is. */
function stateBefore({ before, after }: Change): Stated | null {
  if (before === null || before.expiresAt !== undefined || typeof after?.expiresAt !== 'string') return before;
  return { ...before, expiresAt: 'never' };
}
