import { guardsOf } from '../guard.ts';
import { creates, holders } from './which.ts';

const begin = guardsOf('src/associations/begin.ts', creates, [
  {
    text: "if (result.kind === 'committed') return { kind, hold };",
    without: 'return { kind, hold };',
    protects: 'nobody goes on to EKS whose claim was not written',
    tests: creates.tests,
    only: 'on SQLite.*the same token again gets the first',
  },
  {
    text: "    if (result.record === null) throw new LedgerUnavailable(new Error('A token record vanished while it was claimed.'));\n",
    without: '    if (result.record === null) return { kind, hold };\n',
    protects: 'a record that vanished is no claim',
    tests: holders.tests,
    only: 'on SQLite.*vanishes while it is claimed',
  },
  {
    text: "if (!('expected' in next)) return next;",
    without: "if (!('expected' in next)) return { kind: 'begun', hold };",
    protects: 'a request that meets an answer does not begin',
    tests: creates.tests,
    only: 'on SQLite.*the same token again gets the first',
  },
  {
    text: 'if (round === maxRounds)',
    without: 'if (false)',
    protects: 'a crowd at one token ends',
    tests: holders.tests,
    only: 'on SQLite.*everybody else gets first',
  },
  {
    text: "if (record.fingerprint !== fingerprint) return { kind: 'token-reused', record };",
    without: '',
    protects: 'the token of another request gives no answer and no right',
    tests: creates.tests,
    only: 'on SQLite.*with other input',
  },
  {
    text: "    case 'SUCCEEDED':\n    case 'REFUSED':\n",
    without:
      "    case 'REFUSED':\n      return { kind: 'final', record };\n    case 'SUCCEEDED':\n      return claimReleased(parts, call, record);\n",
    protects: 'what succeeded is not done again',
    tests: creates.tests,
    only: 'on SQLite.*the same token again gets the first',
  },
  {
    text: "    case 'REFUSED':\n      return { kind: 'final', record };",
    without:
      "      return { kind: 'final', record };\n    case 'REFUSED':\n      return claimReleased(parts, call, record);",
    protects: 'what was refused for good is not tried again',
    tests: creates.tests,
    only: 'on SQLite.*refusal again that would not change',
  },
  {
    text: '      return claimReleased(parts, call, record);\n    case',
    without: "      return { kind: 'contended', record };\n    case",
    protects: 'a released token can be used again',
    tests: creates.tests,
    only: 'on SQLite.*a role that EKS does not know at all',
  },
  {
    text: "record.leaseUntil > parts.clock() ? { kind: 'contended', record } : claimLapsed(parts, call, record)",
    without: 'claimLapsed(parts, call, record)',
    protects: 'nobody takes over while the lease lasts',
    tests: ['test/associations/calls.test.ts'],
    only: 'another one at work',
  },
  {
    text: "record.leaseUntil > parts.clock() ? { kind: 'contended', record } : claimLapsed(parts, call, record)",
    without: "{ kind: 'contended', record }",
    protects: 'an operation whose holder is gone is taken over',
    tests: creates.tests,
    only: 'on SQLite.*and it was done, the same token finds it',
  },
  {
    text: "expected: { kind: 'free', now: call.startedAt }",
    without: "expected: { kind: 'free', now: Infinity }",
    protects: 'a final answer stands until it expires',
    tests: creates.tests,
    only: 'on SQLite.*the same token again gets the first',
  },
  {
    text: "expected: { kind: 'released', operationId, fence }",
    without: "expected: { kind: 'released', operationId, fence: fence + 1 }",
    protects: 'a released token is claimed as it was seen',
    tests: creates.tests,
    only: 'on SQLite.*a role that EKS does not know at all',
  },
  {
    text: "expected: { kind: 'lapsed', operationId, fence, now }",
    without: "expected: { kind: 'held', operationId, fence }",
    protects: 'a take-over demands that the lease is over',
    tests: ['test/associations/steps.test.ts'],
    survives: 'who claims this has seen the lease end, and a lease grows only with the fence, which is demanded too',
  },
  {
    text: "parts.ledger.commit({ kind: 'held', operationId, fence }, record, [closing, hold.entry])",
    without: "parts.ledger.commit({ kind: 'held', operationId, fence: record.fence }, record, [closing, hold.entry])",
    protects: 'the next operation is begun by the holder of the one before',
    tests: creates.tests,
    only: 'on SQLite.*and it was not done, it is done after the doubt',
  },
  {
    text: '[closing, hold.entry]',
    without: '[hold.entry]',
    protects: 'an operation is closed in the transaction that begins the next',
    tests: creates.tests,
    only: 'on SQLite.*and it was not done, it is done after the doubt',
  },
  {
    text: '[closing, hold.entry]',
    without: '[closing]',
    protects: 'the next operation has an intent',
    tests: creates.tests,
    only: 'on SQLite.*and it was not done, it is done after the doubt',
  },
  {
    text: 'record, [closing, hold.entry]);\n  const result = await within(workDeadline(call) - parts.clock(), committing);',
    without: 'record, [closing, hold.entry]);\n  const result = await committing;',
    protects: 'to begin anew takes no longer than the request may',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: "return result.kind === 'committed' ? hold : null;",
    without: 'return hold;',
    protects: 'of two who begin anew, one goes on to EKS',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'begunAgain(withDoubt(held), newRecord',
    without: 'begunAgain(held, newRecord',
    protects: 'an operation that was not found is remembered as a doubt',
    tests: creates.tests,
    only: 'on SQLite.*shows after its operation was released',
  },
  {
    text: 'parts.ledger.commit(expected, hold.record, [hold.entry])',
    without: 'parts.ledger.commit(expected, hold.record, [])',
    protects: 'EKS is asked only for what has an intent',
    tests: creates.tests,
    only: 'on SQLite.*is recorded before EKS is asked',
  },
  {
    text: 'await within(leftMs, parts.ledger.commit(',
    without: 'await (async <T,>(_: number, answer: Promise<T>) => answer)(leftMs, parts.ledger.commit(',
    protects: 'a claim takes no longer than the request may',
    tests: ['test/associations/steps.test.ts'],
  },
]);

const bounds = guardsOf('src/associations/bounded.ts', { tests: ['test/associations/calls.test.ts'] }, [
  {
    text: 'await Promise.race([answer, late])',
    without: 'await answer',
    protects: 'a ledger that says nothing is given up in time',
    tests: ['test/associations/bounded.test.ts'],
  },
  {
    text: 'reject(new LedgerUnavailable(new Error(',
    without: 'reject(new Error(String(',
    protects: 'a ledger that says nothing is told as unavailable',
    tests: ['test/associations/bounded.test.ts'],
  },
]);

export const beginGuards = [...begin, ...bounds];
