import type { DynamoDBRecord } from 'aws-lambda';

let sequence = 0;

/** A record of the audit table's stream, as Lambda passes it on ("Using AWS Lambda with Amazon DynamoDB" in its developer guide). */
export function streamRecord(
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE',
  image: object,
  more: object = {},
): DynamoDBRecord {
  sequence += 1;
  const { operationId, entryId } = image as Record<string, { S: string }>;
  return {
    ...{ eventID: 'c4ca4238a0b923820dcc509a6f75849b', eventVersion: '1.1', eventSource: 'aws:dynamodb' },
    ...{ awsRegion: 'eu-central-1', eventName },
    eventSourceARN: 'arn:aws:dynamodb:eu-central-1:111122223333:table/audit/stream/2026-11-27T00:00:00.000',
    dynamodb: {
      ...{ ApproximateCreationDateTime: 1_764_000_000, Keys: { operationId, entryId }, SizeBytes: 26 },
      ...{ SequenceNumber: `4421584500000000017450439${sequence}`, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      ...(eventName === 'REMOVE' ? {} : { NewImage: image }),
      ...(eventName === 'INSERT' ? {} : { OldImage: image }),
    },
    ...more,
  } as DynamoDBRecord;
}
