import { guardsOf } from '../guard.ts';
import { creates, records } from './which.ts';

const ours =
  'if (madeBy !== null && (madeBy === record.operationId || record.doubtfulOperationIds.includes(madeBy))) {';

const undetermined =
  'if (inDoubt && noRoomForProof && madeBy === null && differencesBetween(request, association).length === 0) {';

const look = guardsOf('src/associations/look.ts', records, [
  {
    text: "      return { kind: 'association', association: described.association };",
    without: "      return { kind: 'nothing' };",
    protects: 'what EKS shows is seen',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "    case 'absent':\n      return { kind: 'nothing' };",
    without:
      "    case 'absent':\n      return { kind: 'failed', error: { exception: 'Absent', message: '', requestId: null } };",
    protects: 'an association that is gone since it was listed is told as nothing',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "const id = associationId === null ? await firstId(eks, request, bounds) : { kind: 'id' as const, id: associationId };",
    without: 'const id = await firstId(eks, request, bounds);',
    protects: 'the association that EKS names is looked at at once',
    tests: ['test/associations/calls.test.ts'],
  },
  {
    text: "  if (id.kind !== 'id') return id;\n",
    without: "  if (id.kind !== 'id') return { kind: 'nothing' };\n",
    protects: 'a list that failed is no absence',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "      return { kind: 'nothing' };\n    case 'failed':\n      return described;",
    without: "      return { kind: 'nothing' };\n    case 'failed':\n      return { kind: 'nothing' };",
    protects: 'a description that failed is no absence',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "if (listed.kind === 'failed') return listed;",
    without: "if (listed.kind === 'failed') return { kind: 'nothing' };",
    protects: 'a list that can’t be had is no absence',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "return id === undefined ? { kind: 'nothing' } : { kind: 'id', id };",
    without: "return { kind: 'id', id: id ?? '' };",
    protects: 'an empty list is told as nothing',
    tests: ['test/associations/effects.test.ts'],
  },
  {
    text: "seen.kind === 'association' ? operationIdOf(seen.association) : null",
    without: "seen.kind === 'association' ? record.operationId : null",
    protects: 'an association is ours by its tag alone',
  },
  {
    text: "if (seen.kind === 'association' && madeBy === record.operationId) return",
    without: "if (seen.kind === 'association') return",
    protects: 'another’s association is not called ours',
  },
  {
    text: "  if (seen.kind === 'association' && madeBy === record.operationId) return { ...seen, kind: 'ours' };\n",
    without: '',
    protects: 'the operation’s own tag is proof at any time',
  },
  {
    text: "if (seen.kind === 'failed') {\n    return { kind: 'inconclusive', message: `EKS could not be asked (${seen.error.exception}): not known yet.` };",
    without: "if (seen.kind === 'failed') {\n    return { kind: 'absent' };",
    protects: 'a failure proves nothing, ever',
  },
  {
    text: "  if (begunAt <= record.quietAfter) return { kind: 'inconclusive', message: notYetMessage(record) };\n",
    without: '',
    protects: 'nothing seen proves nothing while something can still come',
  },
  {
    text: 'begunAt <= record.quietAfter',
    without: 'begunAt < record.quietAfter',
    protects: 'at the very instant, an operation is not quiet yet',
  },
  {
    text: "seen.kind === 'nothing' ? { kind: 'absent' } : judgeQuiet(seen.association, record, request, true)",
    without: "{ kind: 'absent' }",
    protects: 'another’s association is seen',
  },
  {
    text: ours,
    without: ours.replace('madeBy !== null && ', ''),
    protects: 'no tag is no proof',
    survives: 'an operation’s id is never null, so no list of ids has it; it is there for the type',
  },
  {
    text: ours,
    without: ours.replace('madeBy === record.operationId || ', ''),
    protects: 'met at a 409, the operation’s own association is ours',
  },
  {
    text: ours,
    without: ours.replace(' || record.doubtfulOperationIds.includes(madeBy)', ''),
    protects: 'an effect that shows late is still this request’s',
  },
  {
    text: 'const noRoomForProof = request.tags.length >= maxTags;',
    without: 'const noRoomForProof = true;',
    protects: 'with room for the tag, its absence is proof',
  },
  {
    text: 'const noRoomForProof = request.tags.length >= maxTags;',
    without: 'const noRoomForProof = request.tags.length > maxTags;',
    protects: 'fifty tags leave no room',
  },
  {
    text: undetermined,
    without: undetermined.replace('inDoubt && ', ''),
    protects: 'without a doubt, an equal association is another’s',
  },
  {
    text: undetermined,
    without: undetermined.replace('noRoomForProof && ', ''),
    protects: 'an equal association without the tag is another’s where the tag had room',
  },
  {
    text: undetermined,
    without: undetermined.replace('madeBy === null && ', ''),
    protects: 'an association with another’s tag is another’s',
  },
  {
    text: undetermined,
    without: undetermined.replace(' && differencesBetween(request, association).length === 0', ''),
    protects: 'an association that differs is another’s',
  },
]);

const carryOut = guardsOf('src/associations/carry-out.ts', creates, [
  {
    text: 'if (conclusion) return finish(parts, requesterOf(call), hold, conclusion);',
    without: '',
    protects: 'what a look concludes is not done again',
    tests: creates.tests,
    only: 'on SQLite.*and it was done, the same token finds it',
  },
  {
    text: 'if (next) return perform(parts, call, effect, next);',
    without: 'return perform(parts, call, effect, next ?? hold);',
    protects: 'who did not begin anew does not ask EKS',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'return forCaller(parts, call, await resume(parts, call, effect, begun.hold));',
    without: 'return forCaller(parts, call, await perform(parts, call, effect, begun.hold));',
    protects: 'who takes over looks before it does anything',
    tests: creates.tests,
    only: 'on SQLite.*and it was done, the same token finds it',
  },
  {
    text: 'return forCaller(parts, call, await perform(parts, call, effect, begun.hold));',
    without: 'return perform(parts, call, effect, begun.hold);',
    protects: 'an association in the way is shown to those who may view it',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'return forCaller(parts, call, await resume(parts, call, effect, begun.hold));',
    without: 'return resume(parts, call, effect, begun.hold);',
    protects: 'after a doubt, an association in the way is shown to those who may view it',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'return forCaller(parts, call, await replayed(parts, call, begun.record));',
    without: 'return replayed(parts, call, begun.record);',
    protects: 'a replay shows an association in the way to those who may view it now',
    tests: ['test/associations/steps.test.ts'],
  },
  {
    text: 'deadline: workDeadline(call) };',
    without: 'deadline: call.deadline };',
    protects: 'EKS leaves time to write what it said',
    tests: ['test/associations/steps.test.ts'],
  },
]);

export const lookGuards = [...look, ...carryOut];
