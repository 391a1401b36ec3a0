import { UsageError } from '../../../../tools/command.ts';
import type { OptionValues } from '../../../../tools/command.ts';
import type { Finding } from '../../../../src/model/refusal.ts';
import { reasonFindings } from '../../../../src/validation/free-texts.ts';
import { clusterFindings } from '../../../../src/validation/names.ts';

/** Which changes to lock or lift; the account and region of a cluster are null where the options leave them out. */
export type RequestedScope =
  | { readonly kind: 'ALL' }
  | { readonly kind: 'PRINCIPAL'; readonly principalId: string }
  | {
      readonly kind: 'CLUSTER';
      readonly clusterName: string;
      readonly accountId: string | null;
      readonly region: string | null;
    };

/** What to do. */
export type LockRequest =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'lock' | 'lift';
      readonly scope: RequestedScope;
      readonly reason: string | null;
      /** Whether the lock is to stop reads too. */
      readonly stopsReads: boolean;
    };

/** The options of the command line. */
export const options = {
  principal: { type: 'string' },
  cluster: { type: 'string' },
  account: { type: 'string' },
  region: { type: 'string' },
  all: { type: 'boolean' },
  reads: { type: 'boolean' },
  lift: { type: 'boolean' },
  reason: { type: 'string' },
  list: { type: 'boolean' },
} as const;

export const help = `Stops changes through the gateway at once, without a deployment, until the lock is lifted.

Usage: npm run lock -- --principal ID [--reads] | --cluster NAME [--account ID] [--region REGION] | --all
                       [--lift] [--reason TEXT]
       npm run lock -- --list

  --principal ID   changes requested by this principal, through it as an actor, or in its name by a service;
                   ID as in viewer { id } and in the audit trail
  --reads          with --principal: reads by this principal too, within 10 s
  --cluster NAME   changes in this cluster
  --account ID     account of the cluster (default: HOME_ACCOUNT_ID, else that of the AWS credentials)
  --region REGION  region of the cluster (default: AWS_REGION)
  --all            all changes
  --lift        lifts this lock; others stay
  --reason TEXT    for the audit trail, and for the clients whose changes are refused; so also for who has stolen a token
  --list           prints the locks
  -h, --help       print this text

Environment variables, with the defaults of npm start:
  LEDGER                     sqlite or dynamodb
  LEDGER_FILE                file of the SQLite ledger
  LOCAL_FOLDER               folder of the default LEDGER_FILE
  IDEMPOTENCY_TABLE          table of the locks in DynamoDB
  AUDIT_TABLE                table of the audit trail in DynamoDB
  AWS_REGION                 region of the tables
  AWS_ENDPOINT_URL_DYNAMODB  URL of another DynamoDB endpoint
  HOME_ACCOUNT_ID            account of the deployment

Exits with 0 when it is done, or was done before; with 1 when the ledger or AWS fails, or there is no lock to lift; with 2
when arguments or settings are wrong.
`;

/** Reads what to do. Throws `UsageError` where options are wrong or do not fit together. */
export function readLockRequest(values: OptionValues<typeof options>): LockRequest {
  const { principal, cluster, all = false, list = false, lift = false, reads = false, reason = null } = values;
  const targets = [principal !== undefined, cluster !== undefined, all, list].filter((given) => given).length;
  if (targets !== 1) throw new UsageError('Give one of --principal, --cluster, --all and --list.');
  if (cluster === undefined && (values.account ?? values.region) !== undefined) {
    throw new UsageError('--account and --region belong to --cluster.');
  }
  if (reads && (principal === undefined || lift)) {
    throw new UsageError('--reads belongs to --principal, without --lift.');
  }
  if (list) {
    if (lift || reason !== null) throw new UsageError('--list has no further options.');
    return { kind: 'list' };
  }
  rejectFindings('--reason', reasonFindings(reason));
  return { kind: lift ? 'lift' : 'lock', scope: scopeOf(values), reason, stopsReads: reads };
}

/** The longest principal id that the audit trail can be searched by, in characters. */
const maxPrincipalLength = 2_048;

function scopeOf({ principal, cluster, account, region }: OptionValues<typeof options>): RequestedScope {
  if (principal !== undefined) {
    if (principal === '' || principal.length > maxPrincipalLength || !principal.isWellFormed()) {
      throw new UsageError('--principal is not the id of a principal, such as https://issuer.example#alice.');
    }
    return { kind: 'PRINCIPAL', principalId: principal };
  }
  if (cluster === undefined) return { kind: 'ALL' };
  const given = { clusterName: cluster, accountId: account ?? null, region: region ?? null };
  rejectFindings('--cluster', clusterFindings(given));
  return { kind: 'CLUSTER', ...given };
}

function rejectFindings(option: string, findings: readonly Finding[]): void {
  const [first] = findings;
  if (first !== undefined) throw new UsageError(`${option}: ${first.message} ${first.advice}`);
}
