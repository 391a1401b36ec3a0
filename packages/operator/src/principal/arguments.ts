import { UsageError } from '../../../../tools/command.ts';
import type { OptionValues } from '../../../../tools/command.ts';
import { isSourceIdentity } from '../../../../src/eks/source-identity.ts';
import { readTime } from '../time-option.ts';

/** What to look up. */
export type LookupRequest =
  | { readonly kind: 'operation'; readonly operationId: string }
  /** `since` is in milliseconds since the epoch, inclusive. */
  | { readonly kind: 'source-identity'; readonly sourceIdentity: string; readonly since: number }
  | { readonly kind: 'principal'; readonly principalId: string };

/** The options of the command line. */
export const options = {
  session: { type: 'string' },
  'source-identity': { type: 'string' },
  since: { type: 'string' },
  principal: { type: 'string' },
} as const;

/** How far back CloudTrail's event history goes. Milliseconds. */
const defaultRangeMs = 90 * 24 * 3_600_000;

export const help = `Finds the principal behind an event of CloudTrail, with an executor role.

Usage: npm run --silent principal -- --session NAME | --source-identity IDENTITY [--since TIME] | --principal ID

  --session NAME              the session of the event, which is the operation: the last part of userIdentity.arn
  --source-identity IDENTITY  userIdentity.sessionContext.sourceIdentity of the event; reads the trail, the newest entries first
  --since TIME                reads entries of this time and later (default: 90 days ago)
  --principal ID              prints the source identity of a principal, to look for its events
  -h, --help                  print this text

A TIME is an RFC 3339 timestamp: 2026-11-24T10:00:00Z.

Environment variables, with the defaults of npm start:
  LEDGER                     sqlite or dynamodb
  LEDGER_FILE                file of the SQLite ledger
  LOCAL_FOLDER               folder of the default LEDGER_FILE
  AUDIT_TABLE                table of the audit trail in DynamoDB
  AWS_REGION                 region of the table
  AWS_ENDPOINT_URL_DYNAMODB  URL of another DynamoDB endpoint

Exits with 0 when the principal is found, with 1 when it is not or the ledger fails, with 2 when arguments or settings are wrong.
`;

/**
 * Reads what to look up. Throws `UsageError` where a value is wrong.
 *
 * @param now milliseconds since the epoch
 */
export function readLookupRequest(values: OptionValues<typeof options>, now: number): LookupRequest {
  const { session, 'source-identity': sourceIdentity, principal, since } = values;
  if ([session, sourceIdentity, principal].filter((value) => value !== undefined).length !== 1) {
    throw new UsageError('Give one of --session, --source-identity and --principal.');
  }
  if (since !== undefined && sourceIdentity === undefined) throw new UsageError('--since needs --source-identity.');
  if (principal !== undefined) return { kind: 'principal', principalId: principal };
  if (sourceIdentity === undefined) return { kind: 'operation', operationId: operationIn(session ?? '') };
  if (!isSourceIdentity(sourceIdentity)) {
    const form = 'principal- and 32 hex digits';
    throw new UsageError(`--source-identity is ${JSON.stringify(sourceIdentity)}: it has the form ${form}.`);
  }
  return { kind: 'source-identity', sourceIdentity, since: readSince(since, now) };
}

/** The operation in the name of a session, or in the ARN of an event. */
function operationIn(session: string): string {
  const [, operationId] = /(?:^|\/)([0-9A-HJKMNP-TV-Z]{26})$/.exec(session) ?? [];
  if (operationId !== undefined) return operationId;
  throw new UsageError(`--session is ${JSON.stringify(session)}: a session of the executor is named by 26 characters.`);
}

function readSince(text: string | undefined, now: number): number {
  return text === undefined ? now - defaultRangeMs : readTime('--since', text);
}
