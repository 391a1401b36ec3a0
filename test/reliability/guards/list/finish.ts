import { guardsOf } from '../guard.ts';
import { changes, creates, holders } from './which.ts';

const finish = guardsOf('src/associations/finish.ts', holders, [
  {
    text: "if (result.kind === 'committed') {",
    without: 'if (true as boolean) {',
    protects: 'who was overtaken does not answer what EKS told it',
    tests: changes.tests,
    only: 'on SQLite.*by a holder that is overtaken',
  },
  {
    text: "commit({ kind: 'held', operationId, fence }, next, [entry])",
    without: "commit({ kind: 'held', operationId, fence: fence - 1 }, next, [entry])",
    protects: 'an outcome is written by the latest holder',
    tests: creates.tests,
    only: 'on SQLite.*is recorded before EKS is asked',
  },
  {
    text: 'next, [entry]);',
    without: 'next, []);',
    protects: 'an outcome is in the trail',
    tests: creates.tests,
    only: 'on SQLite.*is recorded before EKS is asked',
  },
  {
    text: 'return inProgress(parts, who, hold.record, hold.entry);\n  }',
    without: 'throw error;\n  }',
    protects: 'with the ledger gone after EKS, the answer is that it is not known yet',
    tests: holders.tests,
    only: 'on SQLite.*finds the ledger gone after EKS',
  },
  {
    text: 'await within(who.deadline - parts.clock(), committing)',
    without: 'await committing',
    protects: 'to write an outcome takes no longer than the request may',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: "refusalCode === 'GATEWAY_ACCESS_DENIED' ? 'warn' : 'info'",
    without: "'info'",
    protects: 'operators are warned of what only they can mend',
    tests: creates.tests,
    only: 'on SQLite.*find it in the log',
  },
  {
    text: "outcome === 'NOT_DONE' ? withDoubt(next) : next",
    without: 'next',
    protects: 'an operation that was not found is remembered as a doubt',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: "outcome === 'NOT_DONE' ? withDoubt(next) : next",
    without: 'withDoubt(next)',
    protects: 'an operation that was certainly not done is no doubt',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: "if (status === 'IN_PROGRESS') return",
    without: 'if (false) return',
    protects: 'what is not known yet is told as in progress',
    tests: creates.tests,
    only: 'on SQLite.*and it was done, the same token finds it',
  },
  {
    text: "conclusion.outcome === 'DONE' ? await noteLate",
    without: 'false ? await noteLate',
    protects: 'what EKS did for a holder that was overtaken is in the trail',
    tests: changes.tests,
    only: 'on SQLite.*by a holder that is overtaken',
  },
  {
    text: "conclusion.outcome === 'DONE' ? await noteLate(parts, who, hold, conclusion) : hold.entry",
    without: 'await noteLate(parts, who, hold, conclusion)',
    protects: 'only what EKS did is called late',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'record?.fingerprint === hold.record.fingerprint',
    without: 'true',
    protects: 'who was overtaken gives no answer of another request',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'sameRequest && record.answer\n',
    without: 'sameRequest\n',
    protects: 'who was overtaken gives no answer before there is one',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: '  await within(Math.max(who.deadline - parts.clock(), 1_000), parts.ledger.append(entry));\n',
    without: '',
    protects: 'an entry that is named in an answer is in the trail',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'Math.max(who.deadline - parts.clock(), 1_000)',
    without: 'who.deadline - parts.clock()',
    protects: 'a holder that is late has a second to say so',
    tests: ['test/associations/steps.test.ts'],
  },
]);

export const finishGuards = [...finish];
