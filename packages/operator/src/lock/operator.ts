import { hostname, userInfo } from 'node:os';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { isLocalEndpoint } from '../../../../tools/ledger/open-ledger.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { RecordedPrincipal } from '../../../../src/model/principal.ts';

/** Who runs the command. */
export interface Operator {
  readonly principal: RecordedPrincipal;
  /** Account of the AWS credentials; null without any. */
  readonly accountId: string | null;
}

/**
 * Who runs the command: with a ledger in AWS, the ARN that AWS returns for the credentials, which
 * CloudTrail shows too; with a ledger on this machine, what the operating system says. The latter
 * proves nothing: a user that can write to the ledger could write any name. Throws an Error if AWS
 * does not answer.
 */
export async function identifyOperator(
  settings: Pick<LedgerSettings, 'ledger' | 'dynamoDbEndpoint' | 'region'>,
): Promise<Operator> {
  const { ledger, dynamoDbEndpoint, region } = settings;
  if (ledger === 'sqlite' || (dynamoDbEndpoint !== null && isLocalEndpoint(dynamoDbEndpoint))) return localOperator();
  const client = new STSClient({ region });
  try {
    const { Arn, Account } = await client.send(new GetCallerIdentityCommand());
    if (Arn === undefined || Account === undefined) throw new Error('The answer has no ARN.');
    return { principal: operatorPrincipal(Arn), accountId: Account };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`AWS STS can't say whose credentials these are, and nothing is changed anonymously. ${reason}`, {
      cause: error,
    });
  } finally {
    client.destroy();
  }
}

function localOperator(): Operator {
  return { principal: operatorPrincipal(`os:${userInfo().username}@${hostname()}`), accountId: null };
}

/**
 * An operator as a principal of the audit trail. Policy decides nothing about them, so they have no
 * groups.
 */
function operatorPrincipal(id: string): RecordedPrincipal {
  return { id, kind: 'USER', groups: [], sessionName: null, otherGroups: null };
}
