import { guardsOf } from '../guard.ts';
import { changes } from './which.ts';

export const existingGuards = guardsOf('src/associations/existing.ts', changes, [
  {
    text: 'Math.min(asked.deadline, startedAt + parts.times.requestMs)',
    without: 'asked.deadline',
    protects: 'a request about what exists ends before its lease does',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: "const isThere = described.kind === 'found';",
    without: 'const isThere = true as boolean;',
    protects: 'an association that is gone is not taken for one that is there',
    tests: changes.tests,
    only: 'on SQLite.*is done once',
  },
  {
    text: "'changes' in asked.request ? settingDifferences(asked.request.changes, before) : null",
    without: 'null',
    protects: 'a refused update tells what it would have changed',
    tests: changes.tests,
    only: 'on SQLite.*used for something else',
  },
  {
    text: "  if (!parts.serves(request)) return { kind: 'refused', call: null, conclusion: notFound(request, null) };\n",
    without: '',
    protects: 'no account outside the inventory is asked',
    tests: changes.tests,
    only: 'on SQLite.*that is not there',
  },
  {
    text: "  if (described.kind === 'failed') throw new EksReadFailed(described.error);\n",
    without:
      "  if (described.kind === 'failed') return { kind: 'refused', call: null, conclusion: notFound(request, null) };\n",
    protects: 'an association that can’t be read is not called gone',
    tests: changes.tests,
    only: 'on SQLite.*can’t be asked what it is about',
  },
  {
    text: 'isThere ? described.association : await knownByToken(parts, asked)',
    without: 'isThere ? described.association : null',
    protects: 'a delete that is asked for again finds its answer',
    tests: changes.tests,
    only: 'on SQLite.*is done once',
  },
  {
    text: "  if (!before) return { kind: 'refused', call: null, conclusion: notFound(request, null) };\n",
    without: "  if (!before) throw new Error('none');\n",
    protects: 'an association that is gone is told as such',
    tests: changes.tests,
    only: 'on SQLite.*that is not there',
  },
  {
    text: "if (!decision.allowed) return { kind: 'denied', call };",
    without: '',
    protects: 'a change that policy denies is not made',
    tests: changes.tests,
    only: 'on SQLite.*is denied',
  },
  {
    text: 'isThere ? await unexpected(parts, asked, before) : null',
    without: 'null',
    protects: 'what changed since it was read is not written over',
    tests: changes.tests,
    only: 'on SQLite.*changed since it was read',
  },
  {
    text: 'isThere ? await unexpected(parts, asked, before) : null',
    without: 'await unexpected(parts, asked, before)',
    protects: 'only what is there is compared with what was expected',
    survives:
      'an association that is gone is known only by a token of this very request, and such a request is expected anyway',
  },
  {
    text: "conclusion ? { kind: 'refused', call, conclusion } : { kind: 'ready', call }",
    without: "{ kind: 'ready', call }",
    protects: 'an unexpected change ends in a refusal',
    tests: changes.tests,
    only: 'on SQLite.*changed since it was read',
  },
  {
    text: 'if (record?.fingerprint !== fingerprintOf(asked.request)) return null;',
    without: 'if (!record) return null;',
    protects: 'an association that is gone is found by the same request alone',
    tests: changes.tests,
    only: 'on SQLite.*with the token of another delete',
  },
  {
    text: "entries.find(({ event }) => event === 'INTENT')?.before ?? null",
    without: 'entries.at(-1)?.before ?? null',
    protects: 'the association before is the one of the intent',
    survives: 'every entry of an operation tells the same association before',
  },
  {
    text: 'expectedModifiedAt === null || Date.parse(expectedModifiedAt) === Date.parse(before.modifiedAt)',
    without: "Date.parse(expectedModifiedAt ?? '') === Date.parse(before.modifiedAt)",
    protects: 'who expects nothing is not refused',
    tests: changes.tests,
    only: 'on SQLite.*is done once',
  },
  {
    text: 'expectedModifiedAt === null || Date.parse(expectedModifiedAt) === Date.parse(before.modifiedAt)',
    without: 'expectedModifiedAt === null',
    protects: 'what is as expected may be changed',
    tests: changes.tests,
    only: 'on SQLite.*changed since it was read',
  },
  {
    text: 'if (record?.fingerprint === fingerprintOf(asked.request)) return null;',
    without: '',
    protects: 'a change that has begun already is not refused for its own effect',
    tests: changes.tests,
    only: 'on SQLite.*changed since it was read',
  },
  {
    text: 'if (record?.fingerprint === fingerprintOf(asked.request)) return null;',
    without: 'if (record) return null;',
    protects: 'the token of another request is no pass',
    tests: changes.tests,
    only: 'on SQLite.*used for something else',
  },
]);
