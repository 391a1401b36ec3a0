import * as v from 'valibot';
import type { ReportedChange } from '../observations/observe-change.ts';

const associationField = v.object({ associationId: v.string() });

/**
 * An event of EventBridge with an EKS call that CloudTrail recorded. A failed call has an
 * `errorCode`. CloudTrail names parameters of the path as the API's URI does (`name`) or as the SDK
 * does (`clusterName`).
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 */
const callOfEks = v.object({
  'detail-type': v.literal('AWS API Call via CloudTrail'),
  detail: v.object({
    eventSource: v.literal('eks.amazonaws.com'),
    awsRegion: v.string(),
    recipientAccountId: v.string(),
    errorCode: v.optional(v.undefined()),
    eventTime: v.optional(v.string()),
    requestParameters: v.object({
      clusterName: v.optional(v.string()),
      name: v.optional(v.string()),
      associationId: v.optional(v.string()),
      resourceArn: v.optional(v.string()),
    }),
    responseElements: v.optional(v.nullable(v.object({ association: v.optional(associationField) }))),
  }),
});

/**
 * The change of an association that an event tells of; null if it tells of none, as the event of
 * the schedule does.
 */
export function reportedChange(event: unknown): ReportedChange | null {
  const parsed = v.safeParse(callOfEks, event);
  if (!parsed.success) return null;
  const {
    awsRegion: region,
    recipientAccountId: accountId,
    eventTime = '',
    requestParameters,
    responseElements,
  } = parsed.output.detail;
  const tagged = associationIn(requestParameters.resourceArn ?? '');
  const clusterName = requestParameters.clusterName ?? requestParameters.name ?? tagged?.clusterName;
  const associationId =
    requestParameters.associationId ?? responseElements?.association?.associationId ?? tagged?.associationId;
  if (clusterName === undefined || associationId === undefined) return null;
  const at = Date.parse(eventTime);
  const changedAt = Number.isNaN(at) ? null : at;
  return { cluster: { accountId, region, clusterName }, associationId, changedAt };
}

/**
 * The association of an ARN, by which calls about tags name it; null if it is of something else.
 * The ARN is in the path of the call, and can be encoded as there.
 */
function associationIn(resourceArn: string) {
  const arn = resourceArn.replaceAll(/%3A/gi, ':').replaceAll(/%2F/gi, '/');
  const [, clusterName, associationId] = /:podidentityassociation\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  return clusterName === undefined || associationId === undefined ? null : { clusterName, associationId };
}
