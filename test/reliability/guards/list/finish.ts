import { guardsOf } from '../guard.ts';
import { changes, creates, holders } from './which.ts';

const finish = guardsOf('src/associations/finish.ts', holders, [
  {
    text: "if (result.kind === 'committed') {",
    without: 'if (true as boolean) {',
    protects: 'who was overtaken does not answer what EKS told it',
    tests: [...holders.tests, ...changes.tests],
  },
  {
    text: "commit({ kind: 'held', operationId, fence }, next, [entry])",
    without: "commit({ kind: 'held', operationId, fence: fence - 1 }, next, [entry])",
    protects: 'an outcome is written by the latest holder',
  },
  { text: 'next, [entry]);', without: 'next, []);', protects: 'an outcome is in the trail' },
  {
    text: 'return inProgress(parts, who, hold.record, hold.entry);\n  }',
    without: 'throw error;\n  }',
    protects: 'with the ledger gone after EKS, the answer is that it is not known yet',
  },
  {
    text: 'await within(who.deadline - parts.clock(), committing)',
    without: 'await committing',
    protects: 'to write an outcome takes no longer than the request may',
  },
  {
    text: "refusalCode === 'GATEWAY_ACCESS_DENIED' ? 'warn' : 'info'",
    without: "'info'",
    protects: 'operators are warned of what only they can mend',
    tests: creates.tests,
  },
  {
    text: "outcome === 'NOT_DONE' ? withDoubt(next) : next",
    without: 'next',
    protects: 'an operation that was not found is remembered as a doubt',
  },
  {
    text: "outcome === 'NOT_DONE' ? withDoubt(next) : next",
    without: 'withDoubt(next)',
    protects: 'an operation that was certainly not done is no doubt',
    tests: creates.tests,
  },
  {
    text: "if (status === 'IN_PROGRESS') return",
    without: 'if (false) return',
    protects: 'what is not known yet is told as in progress',
    tests: creates.tests,
  },
  {
    text: "conclusion.outcome === 'DONE' ? await noteLate",
    without: 'false ? await noteLate',
    protects: 'what EKS did for a holder that was overtaken is in the trail',
    tests: changes.tests,
  },
  {
    text: "conclusion.outcome === 'DONE' ? await noteLate(parts, who, hold, conclusion) : hold.entry",
    without: 'await noteLate(parts, who, hold, conclusion)',
    protects: 'only what EKS did is called late',
  },
  {
    text: 'record?.fingerprint === hold.record.fingerprint',
    without: 'true',
    protects: 'who was overtaken gives no answer of another request',
  },
  {
    text: 'sameRequest && record.answer\n',
    without: 'sameRequest\n',
    protects: 'who was overtaken gives no answer before there is one',
  },
  {
    text: '  await within(Math.max(who.deadline - parts.clock(), 1_000), parts.ledger.append(entry));\n',
    without: '',
    protects: 'an entry that is named in an answer is in the trail',
    tests: changes.tests,
  },
  {
    text: 'Math.max(who.deadline - parts.clock(), 1_000)',
    without: 'who.deadline - parts.clock()',
    protects: 'a holder that is late has a second to say so',
    tests: changes.tests,
  },
]);

export const finishGuards = [...finish];
