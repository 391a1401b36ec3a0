import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';

/** What watches the tables, and could be switched off. */
export interface WatchSettings {
  readonly dynamoDb: DynamoDBClient;
  readonly eventBridge: EventBridgeClient;
  readonly auditTable: string;
  /** Names of the EventBridge rules that report changes of tables and associations. */
  readonly rules: readonly string[];
}

/** What is switched off, or can't be checked; empty if all of it watches. */
export async function findDisabled(settings: WatchSettings): Promise<string[]> {
  const checks = [checkStream(settings), ...settings.rules.map((rule) => checkRule(settings, rule))];
  return (await Promise.all(checks)).filter((problem) => problem !== null);
}

async function checkStream({ dynamoDb, auditTable: TableName }: WatchSettings): Promise<string | null> {
  try {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    const { StreamEnabled, StreamViewType } = Table?.StreamSpecification ?? {};
    const isOn = StreamEnabled === true && StreamViewType === 'NEW_AND_OLD_IMAGES';
    return isOn ? null : `The stream of ${TableName} is ${StreamEnabled === true ? String(StreamViewType) : 'off'}.`;
  } catch (error) {
    return `The stream of ${TableName} can't be checked: ${String(error)}`;
  }
}

async function checkRule({ eventBridge }: WatchSettings, Name: string): Promise<string | null> {
  try {
    const { State } = await eventBridge.send(new DescribeRuleCommand({ Name }));
    return State === 'DISABLED' ? `The rule ${Name} is disabled.` : null;
  } catch (error) {
    return `The rule ${Name} can't be checked: ${String(error)}`;
  }
}
