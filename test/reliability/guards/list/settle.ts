import { guardsOf } from '../guard.ts';
import { changes, holders } from './which.ts';

export const settleGuards = guardsOf('src/associations/settle.ts', holders, [
  {
    text: 'if (parts.clock() > deadline - settleOneMs) return;',
    without: '',
    protects: 'the settler begins nothing that it has no time for',
    tests: ['test/associations/settle.test.ts'],
  },
  {
    text: "parts.log('error', 'An operation could not be settled.', { operationId, error: String(error) });\n    return 'failed';",
    without: 'throw error;',
    protects: 'one operation that can’t be looked into does not keep the others open',
    tests: ['test/associations/settle.test.ts'],
  },
  {
    text: "entries.find(({ event }) => event === 'INTENT');\n  if (!intent",
    without: 'entries.at(-1);\n  if (!intent',
    protects: 'the settler looks for what the intent says',
    tests: ['test/associations/settle.test.ts'],
    survives: 'every entry of an operation that is open tells the same request',
  },
  {
    text: 'if (!intent?.request) throw new Error(`Operation ${record.operationId} has no INTENT with a request.`);',
    without: "if (!intent?.request) return 'overtaken';",
    protects: 'an operation without an intent is called a failure',
    tests: ['test/associations/settle.test.ts'],
  },
  {
    text: '  parts.eksFor(intent.request);\n',
    without: '',
    protects: 'an operation of a cluster that is served no more is not taken over in vain',
    tests: ['test/associations/settle.test.ts'],
  },
  {
    text: "commit({ kind: 'lapsed', operationId, fence, now }, held, [entry])",
    without: "commit({ kind: 'held', operationId, fence }, held, [entry])",
    protects: 'the settler overtakes only who has lost the lease',
    tests: ['test/associations/settle.test.ts'],
    survives:
      'a lease grows only with the fence, which is demanded too, so what was lapsed when it was found is lapsed still',
  },
  {
    text: "if (claimed.kind === 'conflict') return 'overtaken';",
    without: '',
    protects: 'the settler writes nothing of an operation that it does not hold',
    tests: ['test/associations/settle.test.ts'],
  },
  {
    text: '?? notDone;',
    without: "?? { ...notDone, outcome: 'UNKNOWN' as const };",
    protects: 'the settler releases what was certainly not done',
    tests: holders.tests,
    only: 'on SQLite.*the settler leaves',
  },
  {
    text: "isClosing(auditEntry.event) ? 'closed' : 'open'",
    without: "'closed'",
    protects: 'the settler counts what is still open',
    tests: holders.tests,
    only: 'on SQLite.*the settler leaves',
  },
  {
    text: "  if ('changes' in request) return updateEffect.look(parts, { ...work, request });\n",
    without: '',
    protects: 'an update is looked at as one',
    tests: changes.tests,
    only: 'on SQLite.*the settler',
  },
  {
    text: "  if ('associationId' in request) return deleteEffect.look(parts, { ...work, request });\n  return createEffect.look(parts, { ...work, request });",
    without: '  return createEffect.look(parts, { ...work, request: request as never });',
    protects: 'a delete is looked at as one',
    tests: changes.tests,
    only: 'on SQLite.*the settler',
  },
  {
    text: 'held, parts.clock() + settleOneMs / 2)',
    without: 'held, Infinity)',
    protects: 'a look of the settler ends in time',
    tests: holders.tests,
    only: 'on SQLite.*the settler closes',
  },
  {
    text: 'deadline: parts.clock() + settleOneMs };',
    without: 'deadline: 0 };',
    protects: 'the settler has time to write what it found',
    tests: holders.tests,
    only: 'on DynamoDB.*the settler closes',
  },
]);
