import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { findDisabled } from '../../src/events/watch.ts';
import { startAnsweringServer } from '../support/answering-server.ts';
import { closeAtEnd } from '../support/left-open.ts';

/** A server that describes the table and the rules. */
async function open(stream: object | undefined, states: Readonly<Record<string, string>>) {
  const { endpoint, stop } = await startAnsweringServer((response, { headers, body }) => {
    const { Name = '' } = JSON.parse(body) as { Name?: string };
    const isTable = headers['x-amz-target'] === 'DynamoDB_20120810.DescribeTable';
    const answer = isTable ? { Table: { StreamSpecification: stream } } : { Name, State: states[Name] };
    const isMissing = !isTable && states[Name] === undefined;
    const error = { __type: 'ResourceNotFoundException', message: `Rule ${Name} does not exist.` };
    response.writeHead(isMissing ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(isMissing ? error : answer));
  });
  closeAtEnd(stop);
  const client = { region: 'eu-central-1', endpoint, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const clients = { dynamoDb: new DynamoDBClient(client), eventBridge: new EventBridgeClient(client) };
  return findDisabled({ ...clients, auditTable: 'audit', rules: ['changes', 'bypass'] });
}

const on = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };

test('a stream and rules that are on have nothing to report', async () => {
  expect(await open(on, { changes: 'ENABLED', bypass: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' })).toEqual([]);
});

test('a rule that is disabled or deleted is named, and so is the stream', async () => {
  expect(await open(undefined, { changes: 'DISABLED' })).toEqual([
    'The stream of audit is off.',
    'The rule changes is disabled.',
    "The rule bypass can't be checked: ResourceNotFoundException: Rule bypass does not exist.",
  ]);
});

test('a stream without images does not show what was removed', async () => {
  const enabled = { changes: 'ENABLED', bypass: 'ENABLED' };
  expect(await open({ ...on, StreamViewType: 'KEYS_ONLY' }, enabled)).toEqual(['The stream of audit is KEYS_ONLY.']);
});
