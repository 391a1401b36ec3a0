import { guardsOf } from '../guard.ts';
import { changes, creates, records } from './which.ts';

const token = guardsOf('src/associations/token.ts', records, [
  {
    text: '[caller.principal.id, ',
    without: '[',
    protects: 'two callers with one token never see each other’s answers',
  },
  {
    text: 'caller.actor?.id ?? null, ',
    without: '',
    protects: 'a service that acts for somebody has tokens of its own',
  },
  {
    text: 'onBehalfOf, operation, clientRequestToken]',
    without: 'operation, clientRequestToken]',
    protects: 'each named person has tokens of its own',
  },
  {
    text: 'operation, clientRequestToken]',
    without: 'clientRequestToken]',
    protects: 'each operation has tokens of its own',
    tests: changes.tests,
    only: 'on SQLite.*with the token of a create',
  },
  { text: 'operation, clientRequestToken]', without: 'operation]', protects: 'another token is another request' },
  {
    text: 'sha256(stringify(request))',
    without: 'sha256(JSON.stringify(request))',
    protects: 'the same request in another order is the same',
  },
  {
    text: 'fence: released.fence + 1',
    without: 'fence: released.fence',
    protects: 'each holder has a fence of its own: begun again',
  },
  {
    text: 'fence: lapsed.fence + 1',
    without: 'fence: lapsed.fence',
    protects: 'each holder has a fence of its own: taken over',
  },
  {
    text: 'doubtfulOperationIds: released.doubtfulOperationIds };',
    without: 'doubtfulOperationIds: [] };',
    protects: 'doubts are remembered from one operation to the next',
  },
  {
    text: 'fence: lapsed.fence + 1, leaseUntil: now + times.leaseMs',
    without: 'fence: lapsed.fence + 1',
    protects: 'who takes over has a lease',
    tests: records.tests,
  },
  {
    text: 'return { ...held, leaseUntil: now };',
    without: 'return held;',
    protects: 'what is not known can be looked at at once',
    tests: creates.tests,
    only: 'on SQLite.*and it was done, the same token finds it',
  },
  {
    text: 'state: outcome.token, expiresAt: now + times.retentionMs, answer',
    without: 'state: outcome.token, answer',
    protects: 'a final record expires',
  },
  {
    text: "state: 'RELEASED', expiresAt: now + times.retentionMs",
    without: "state: 'RELEASED'",
    protects: 'a released record expires',
  },
  {
    text: 'expiresAt: null,',
    without: 'expiresAt: call.startedAt + times.retentionMs,',
    protects: 'a record in progress has no end',
  },
  {
    text: 'quietAfter: quietAfter(call.startedAt, times)',
    without: 'quietAfter: call.startedAt',
    protects: 'nothing follows from a look before the operation is quiet',
  },
  {
    text: 'startedAt: call.startedAt,',
    without: 'startedAt: call.startedAt + 60_000,',
    protects: 'the signing date is the begin of the operation',
  },
  {
    text: 'leaseUntil: call.startedAt + times.leaseMs',
    without: 'leaseUntil: call.startedAt',
    protects: 'a holder has a lease',
  },
  {
    text: 'modifiedAtBefore: call.before?.modifiedAt ?? null',
    without: 'modifiedAtBefore: null',
    protects: 'it is remembered how the association was at the begin',
    tests: changes.tests,
    only: 'on SQLite.*is done after the doubt',
  },
  {
    text: '[...released.doubtfulOperationIds, released.operationId]',
    without: '[released.operationId]',
    protects: 'one doubt does not push out another',
  },
  { text: '.slice(-maxDoubts)', without: '', protects: 'a record does not grow without end' },
  {
    text: 'record.leaseUntil > now ? record.leaseUntil : record.quietAfter',
    without: 'record.quietAfter',
    protects: 'who waits for a holder is told to come back by the end of its lease',
  },
  {
    text: 'record.leaseUntil > now ? record.leaseUntil : record.quietAfter',
    without: 'record.leaseUntil',
    protects: 'who waits for a doubt is told to come back by its end',
  },
]);

const times = guardsOf('src/associations/parts.ts', records, [
  {
    text: 'startedAt + times.signatureWindowMs',
    without: 'startedAt',
    protects: 'quiet: a signature is fresh for five minutes',
  },
  { text: ' + times.eksProcessingMs', without: '', protects: 'quiet: EKS may work on it for a minute' },
  { text: ' + times.listLagMs', without: '', protects: 'quiet: its lists may lag' },
  { text: ' + times.clockErrorMs', without: '', protects: 'quiet: clocks may differ' },
  { text: 'leaseMs: 35_000', without: 'leaseMs: 20_000', protects: 'a lease outlasts a request' },
]);

export const tokenGuards = [...token, ...times];
