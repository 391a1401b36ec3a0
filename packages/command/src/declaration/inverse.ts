import type { Plan } from './plan-file.ts';
import { declarationText } from './write.ts';

/**
 * A declaration of the state before a plan: planned with --prune under the same name, it changes
 * updated associations back, creates deleted ones again and deletes created ones. Its limits are in
 * its first lines.
 */
export function inverseDeclaration({ declaration, changes, denied, createdAt, ...plan }: Plan): string {
  const { unchanged, leftOver, untargeted = [] } = plan;
  const before = [...changes, ...denied].flatMap(({ target, before: state }) =>
    state === null ? [] : [{ target, state }],
  );
  const text = declarationText(declaration, [...before, ...unchanged, ...leftOver, ...untargeted]);
  return `# What declaration ${declaration} concerned before the plan of ${createdAt}, to go back: pod-identity plan --prune -f FILE.
# An association that is created again has another id, another creation time and no ending (expiresAt), and its pods need a restart. An adoption stays.
# What others changed since is changed too: read the plan.
${text}`;
}
