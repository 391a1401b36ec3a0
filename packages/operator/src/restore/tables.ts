import { setTimeout as sleep } from 'node:timers/promises';
import {
  ContinuousBackupsUnavailableException,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  GetResourcePolicyCommand,
  PolicyNotFoundException,
  PutResourcePolicyCommand,
  ResourceNotFoundException,
  RestoreTableToPointInTimeCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';

/** A table and the one that is made from it. */
export interface TablePair {
  readonly source: string;
  readonly target: string;
}

/**
 * Where a restore of both tables leads. The name of a new table has the restore point, so that a
 * repeated command finds it.
 *
 * @param to milliseconds since the epoch
 */
export function targetOf(source: string, to: number): TablePair {
  const second = new Date(to).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return { source, target: `${source}-restored-${second}Z` };
}

/** Throws an Error that says why, where a table can't be restored to a time. */
export async function checkRestorable(client: DynamoDBClient, { source }: TablePair, to: number): Promise<void> {
  const command = new DescribeContinuousBackupsCommand({ TableName: source });
  const { ContinuousBackupsDescription } = await client.send(command);
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery ?? {};
  if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED' || earliest === undefined || latest === undefined) {
    throw new Error(`${source} has no point-in-time recovery, so it can't be restored.`);
  }
  if (to < earliest.getTime() || to > latest.getTime()) {
    throw new Error(
      `${source} can be restored to times from ${earliest.toISOString()} to ${latest.toISOString()}: change --to.`,
    );
  }
}

/**
 * Starts the restore of a table and waits for its end, up to a day. Where the target exists, an
 * earlier command has started it.
 */
export async function restoreTable(client: DynamoDBClient, { source, target }: TablePair, to: number): Promise<void> {
  if ((await describe(client, target)) === null) {
    await client.send(
      new RestoreTableToPointInTimeCommand({
        SourceTableName: source,
        TargetTableName: target,
        RestoreDateTime: new Date(to),
      }),
    );
  }
  await waitUntilTableExists({ client, minDelay: 1, maxDelay: 30, maxWaitTime: 86_400 }, { TableName: target });
}

async function describe(client: DynamoDBClient, TableName: string): Promise<TableDescription | null> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table ?? null;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}

/**
 * Gives the target the settings that a restore does not take over. The resource policy is last:
 * from then on, only the roles that it names can write. Source:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.Tutorial.html.
 */
export async function copySettings(client: DynamoDBClient, { source, target }: TablePair): Promise<void> {
  await copyExpiry(client, source, target);
  await enableRecovery(client, target);
  const [from, to] = [await describe(client, source), await describe(client, target)];
  const DeletionProtectionEnabled = from?.DeletionProtectionEnabled ?? false;
  const StreamSpecification = isStreamed(from) && !isStreamed(to) ? from?.StreamSpecification : undefined;
  if (to?.DeletionProtectionEnabled !== DeletionProtectionEnabled || StreamSpecification !== undefined) {
    // In one request: a table is not changed again before the stream is on.
    const stream = StreamSpecification === undefined ? {} : { StreamSpecification };
    await client.send(new UpdateTableCommand({ TableName: target, DeletionProtectionEnabled, ...stream }));
    await waitUntilTableExists({ client, minDelay: 1, maxDelay: 5, maxWaitTime: 300 }, { TableName: target });
  }
  const Policy = await resourcePolicyOf(client, from?.TableArn);
  if (Policy !== null) await client.send(new PutResourcePolicyCommand({ ResourceArn: to?.TableArn, Policy }));
}

function isStreamed(table: TableDescription | null): boolean {
  return table?.StreamSpecification?.StreamEnabled === true;
}

/** The ARN of the stream of a table; null if it has none. */
export async function streamArnOf(client: DynamoDBClient, TableName: string): Promise<string | null> {
  const table = await describe(client, TableName);
  return isStreamed(table) ? (table?.LatestStreamArn ?? null) : null;
}

async function copyExpiry(client: DynamoDBClient, source: string, target: string): Promise<void> {
  const attribute = await expiryOf(client, source);
  if (attribute === null || (await expiryOf(client, target)) !== null) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: attribute };
  await client.send(new UpdateTimeToLiveCommand({ TableName: target, TimeToLiveSpecification }));
}

/** The attribute by which items expire; null if they do not. */
async function expiryOf(client: DynamoDBClient, TableName: string): Promise<string | null> {
  const { TimeToLiveDescription: found } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  const isEnabled = ['ENABLED', 'ENABLING'].includes(found?.TimeToLiveStatus ?? '');
  return isEnabled ? (found?.AttributeName ?? null) : null;
}

/**
 * Pauses between attempts, and how many there are: backups of a new table become available some
 * time after the table.
 */
const retryMs = 5_000;
const maxAttempts = 60;

async function enableRecovery(client: DynamoDBClient, TableName: string): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  const command = new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(command);
      return;
    } catch (error) {
      if (!(error instanceof ContinuousBackupsUnavailableException) || attempt === maxAttempts) throw error;
    }
    await sleep(retryMs);
  }
}

async function resourcePolicyOf(client: DynamoDBClient, ResourceArn: string | undefined): Promise<string | null> {
  try {
    return (await client.send(new GetResourcePolicyCommand({ ResourceArn }))).Policy ?? null;
  } catch (error) {
    if (error instanceof PolicyNotFoundException) return null;
    throw error;
  }
}
