import { guardsOf } from '../guard.ts';
import { changes } from './which.ts';

/** A delete at EKS, and what a look says of it. */
export const deletesGuards = guardsOf('src/associations/delete.ts', changes, [
  {
    text: "if (seen.kind === 'failed') return inconclusive(`EKS could not be asked (${seen.error.exception}): not known yet.`);",
    without: "if (seen.kind === 'failed') return null;",
    protects: 'delete: a look that failed proves nothing',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "if (seen.kind === 'absent') return before ? found(before, gone) : notFound(request, null);",
    without: "if (seen.kind === 'absent') return null;",
    protects: 'delete: what is gone is done',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'return begunAt <= record.quietAfter ? notYet(record) : null;',
    without: 'return null;',
    protects: 'delete: nothing follows before it is quiet',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'return begunAt <= record.quietAfter ? notYet(record) : null;',
    without: 'return notYet(record);',
    protects: 'delete: what is still there after the doubt is asked for anew',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'if (before && record.doubtfulOperationIds.length > 0) return found(before, gone);',
    without: 'if (before) return found(before, gone);',
    protects: 'delete: what another deleted is not called this request’s',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'if (before && record.doubtfulOperationIds.length > 0) return found(before, gone);',
    without: '',
    protects: 'delete: what an earlier try did is this request’s',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'const { operationId, startedAt: signingDate } = record;',
    without: 'const { operationId } = record;\n    const signingDate = Date.now();',
    protects: 'delete: signed with the date of its operation’s begin',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: '      return denied(parts, prepared.call);',
    without: '      return carryOut(parts, prepared.call, deleteEffect);',
    protects: 'a denied delete never reaches EKS',
    tests: changes.tests,
    only: 'on SQLite.*is denied',
  },
]);
