import { command } from '../cli/command.ts';
import { text, timeOption } from '../options.ts';
import { existingLedger, settingsFor } from '../settings.ts';
import type { LookupRequest } from './run.ts';
import { isSourceIdentity } from '../../../../src/eks/source-identity.ts';

/** How far back CloudTrail's event history goes. Milliseconds. */
const defaultRangeMs = 90 * 24 * 3_600_000;

export const principal = command({
  name: 'principal',
  summary: 'Finds the principal behind an event of CloudTrail, with an executor role.',
  usage: ['--session NAME | --source-identity IDENTITY [--since TIME] | --principal ID'],
  options: {
    session: {
      ...text('NAME', 'the session of the event, which is the operation: the last part of userIdentity.arn'),
      read: operationIn,
    },
    'source-identity': {
      ...text(
        'IDENTITY',
        'the sourceIdentity of the event, in userIdentity.sessionContext; reads the trail, the newest entries first',
      ),
      read: (value, wrong) => {
        if (!isSourceIdentity(value)) wrong('it has the form principal- and 32 hex digits');
        return value;
      },
    },
    since: timeOption('reads entries of this RFC 3339 time and later (default: 90 days ago)'),
    principal: text('ID', 'prints the source identity of a principal, to look for its events; needs no ledger'),
  },
  settings: settingsFor((values) => values.principal === undefined, existingLedger),
  examples: ['--session 01JD0000000000000000000000', "--principal 'https://issuer.example#alice'"],
  fails: 'The principal is not found, or the ledger fails',
  request: ({ session, 'source-identity': sourceIdentity, since, principal: id }, _, problem): LookupRequest | null => {
    if ([session, sourceIdentity, id].filter((value) => value !== undefined).length !== 1) {
      problem('Give one of --session, --source-identity and --principal.');
    }
    if (since !== undefined && sourceIdentity === undefined) problem('--since needs --source-identity.');
    if (id !== undefined) return { kind: 'principal', principalId: id };
    if (session !== undefined) return { kind: 'operation', operationId: session };
    if (sourceIdentity === undefined) return null;
    return { kind: 'source-identity', sourceIdentity, since: since ?? Date.now() - defaultRangeMs };
  },
  run: async (request, context) => (await import('./run.ts')).run(request, context),
});

/** The operation in the name of a session, or in the ARN of an event. */
function operationIn(session: string, wrong: (advice: string) => void): string {
  const [, operationId = ''] = /(?:^|\/)([0-9A-HJKMNP-TV-Z]{26})$/.exec(session) ?? [];
  if (operationId === '') wrong('a session of the executor is named by 26 characters');
  return operationId;
}
