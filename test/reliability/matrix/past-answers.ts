import type { AuditEntry } from '../../../src/model/audit.ts';
import { home } from '../search/home.ts';
import { pastViolations } from '../search/model-observations.ts';
import { makeWorld } from '../search/observation-checks.ts';
import type { CaseRun } from './case-run.ts';
import { targetOf } from './target.ts';

/** Where an answer as of a past time is not what EKS had then; one sentence each. None where the history can't be complete. */
export async function untruePastAnswers(run: CaseRun): Promise<string[]> {
  const { history, eksLog } = run.backend;
  if (history === null || !isAtRest(run)) return [];
  const items = await run.backend.items('audit');
  const entries = items.flatMap(({ entry }) => (typeof entry === 'string' ? [JSON.parse(entry) as AuditEntry] : []));
  const changes = entries.filter(({ operation }) => /^(CREATE|UPDATE|DELETE|ADOPT|TAG|UNTAG)_/.test(operation));
  const world = makeWorld(() => changes);
  for (const change of eksLog.changes) world.applied(change);
  return pastViolations(world, history, { ...home, ...targetOf(run.flow.held !== undefined) });
}

/** Every operation has ended, and scans have followed what others deleted, which nothing else shows. */
function isAtRest({ followUp, flow, others }: CaseRun): boolean {
  const isDeletedByOthers = others.outside.some(({ kind }) => kind === 'delete');
  return followUp !== 'nothing' && (flow.by === 'scanner' || !isDeletedByOthers);
}
