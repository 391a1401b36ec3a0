import { guardsOf } from '../guard.ts';
import { changes, creates } from './which.ts';

const createGuards = guardsOf('src/associations/create.ts', creates, [
  {
    text: 'const begunAt = parts.clock();',
    without: 'const begunAt = Infinity;',
    protects: 'a create is not called undone before it is quiet',
    tests: creates.tests,
    only: 'on SQLite.*and it was not done, it is done after the doubt',
  },
  {
    text: "return sight.kind === 'absent' ? null : concludedFrom(sight, request);",
    without: "return sight.kind === 'absent' || sight.kind === 'inconclusive' ? null : concludedFrom(sight, request);",
    protects: 'a create that can still come is not asked for again',
    tests: creates.tests,
    only: 'on SQLite.*and it was not done, it is done after the doubt',
  },
  {
    text: "result.kind !== 'role-not-found' || parts.clock() + waitMs > lastRetryAt",
    without: 'parts.clock() + waitMs > lastRetryAt',
    protects: 'only a definite answer is asked for again',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "result.kind !== 'role-not-found' || parts.clock() + waitMs > lastRetryAt",
    without: "result.kind !== 'role-not-found'",
    protects: 'a role is not waited for without end',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "if (result.kind !== 'role-not-found' || parts.clock() + waitMs > lastRetryAt) return result;",
    without: 'return result;',
    protects: 'a new role is waited for',
    tests: creates.tests,
    only: 'on SQLite.*not know yet is waited for',
  },
  {
    text: 'Math.min(parts.clock() + parts.times.roleRetryMs, deadline)',
    without: 'parts.clock() + parts.times.roleRetryMs',
    protects: 'a role is not waited for past the request’s time',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'signingDate, deadline });\n    if (result.kind !== ',
    without: 'signingDate: parts.clock(), deadline });\n    if (result.kind !== ',
    protects: 'a create is signed with the date of its operation’s begin',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "if (seen.kind !== 'association') return notVisible(error);",
    without: "if (seen.kind !== 'association') return refusedByEks('EKS_REFUSED', error);",
    protects: 'a 409 without anything to see is no final refusal',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'record, request, record.doubtfulOperationIds.length > 0)',
    without: 'record, request, true)',
    protects: 'without a doubt, a 409 is another’s',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'record, request, record.doubtfulOperationIds.length > 0)',
    without: 'record, request, false)',
    protects: 'in doubt, a 409 may be one’s own',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'decision.allowed ? carryOut(parts, call, createEffect) : denied(parts, call)',
    without: 'carryOut(parts, call, createEffect)',
    protects: 'a denied create never reaches EKS',
    tests: creates.tests,
    only: 'on SQLite.*that policy denies never',
  },
  {
    text: "if (validated.kind === 'invalid') return invalid(parts, operation, caller, deadline, validated);",
    without: "if (validated.kind === 'invalid') throw new Error('invalid');",
    protects: 'invalid input is answered with its findings',
    tests: creates.tests,
    only: 'on SQLite.*with invalid input',
  },
  {
    text: 'Math.min(deadline, startedAt + parts.times.requestMs)',
    without: 'deadline',
    protects: 'a request ends before its lease does',
    tests: ['test/associations/steps.test.ts'],
  },
]);

const updateGuards = guardsOf('src/associations/update.ts', changes, [
  {
    text: "if (seen.kind === 'failed') return inconclusive(`EKS could not be asked (${seen.error.exception}): not known yet.`);",
    without: "if (seen.kind === 'failed') return null;",
    protects: 'update: a look that failed proves nothing',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "if (seen.kind === 'absent') return notFound(request, null);",
    without: "if (seen.kind === 'absent') return null;",
    protects: 'update: what is gone is gone for good',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'if (isFulfilled(request, seen.association) && (isModified || isQuiet)) {',
    without: 'if (false) {',
    protects: 'update: a wish that is fulfilled is done',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: ' && (isModified || isQuiet)',
    without: '',
    protects: 'update: what may be shown as it was before proves nothing',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: '(isModified || isQuiet)',
    without: 'isQuiet',
    protects: 'update: what was modified, and is as it was asked for, is done at once',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: '(isModified || isQuiet)',
    without: 'isModified',
    protects: 'update: what was so before is called done once it is quiet',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'const isModified = seen.association.modifiedAt !== record.modifiedAtBefore;',
    without: 'const isModified = true;',
    protects: 'update: modified is what is not as it was at the begin',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'const isQuiet = begunAt > record.quietAfter;',
    without: 'const isQuiet = true;',
    protects: 'update: nothing follows before it is quiet',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'if (!isModified) return null;',
    without: 'return null;',
    protects: 'update: what somebody else changed is not written over',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'if (!isModified) return null;',
    without: '',
    protects: 'update: what is as before is asked for anew',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'const { operationId, startedAt: signingDate } = record;',
    without: 'const { operationId } = record;\n    const signingDate = Date.now();',
    protects: 'update: signed with the date of its operation’s begin',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "if (result.kind === 'not-found') return notFound(request, result.error.requestId);",
    without: "if (result.kind === 'not-found') return refusedByEks('EKS_REFUSED', result.error);",
    protects: 'update: of what is gone meanwhile says so',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: 'return settingDifferences(changes, association).length === 0;',
    without: 'return true;',
    protects: 'update: done is what is as it was asked for',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: '      return denied(parts, prepared.call);',
    without: '      return carryOut(parts, prepared.call, updateEffect);',
    protects: 'a denied update never reaches EKS',
    tests: changes.tests,
    only: 'on SQLite.*is denied',
  },
]);

export const effectsGuards = [...createGuards, ...updateGuards];
