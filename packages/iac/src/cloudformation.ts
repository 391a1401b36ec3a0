import * as v from 'valibot';
import type { Door } from './door.ts';
import { Failure } from './failure.ts';
import type { CloudFormationResponse } from './respond.ts';
import { identityOfId, idOf, knownTarget, stackDeclaration, targetOf } from './target.ts';
import type { Home } from './target.ts';

/** The properties of a resource, without those that are of CloudFormation itself. */
const properties = v.pipe(
  v.optional(v.record(v.string(), v.unknown()), {}),
  v.transform(({ ServiceToken: _token, ServiceTimeout: _timeout, ...own }) => own),
);

/** A request of CloudFormation, as far as it is read. */
export const cloudFormationRequest = v.object({
  RequestType: v.picklist(['Create', 'Update', 'Delete']),
  ResponseURL: v.string(),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.optional(v.string()),
  ResourceProperties: properties,
  OldResourceProperties: properties,
});
type Request = v.InferOutput<typeof cloudFormationRequest>;

/**
 * Does what a request asks for, and gives the response. What failed, CloudFormation undoes: a create
 * by a delete of the id in the response, an update by another update.
 */
export async function answerCloudFormation(request: Request, door: Door, home: Home): Promise<CloudFormationResponse> {
  const { RequestType, StackId, RequestId, LogicalResourceId } = request;
  const ids = { StackId, RequestId, LogicalResourceId };
  const origin = [stackDeclaration(StackId, LogicalResourceId), home] as const;
  const id = request.PhysicalResourceId ?? `not-created/${RequestId}`;
  try {
    const done = await (RequestType === 'Delete' ? remove : ensure)(request, door, origin);
    return { Status: 'SUCCESS', PhysicalResourceId: id, ...done, ...ids };
  } catch (error) {
    // Without an answer, the stack would wait for an hour.
    const { message, mayBeDone } = error instanceof Failure ? error : new Failure('INTERNAL', String(error), true);
    const made = RequestType === 'Create' && mayBeDone ? knownTarget(request.ResourceProperties, ...origin) : null;
    return { Status: 'FAILED', Reason: message, PhysicalResourceId: made ? idOf(made) : id, ...ids };
  }
}

type Origin = readonly [declaration: string, home: Home];

async function ensure(request: Request, door: Door, origin: Origin) {
  const desired = targetOf(request.ResourceProperties, ...origin);
  const before = knownTarget(request.OldResourceProperties, ...origin);
  const PhysicalResourceId = idOf(desired);
  const isNew = PhysicalResourceId !== request.PhysicalResourceId;
  const { change, associationId, associationArn } = await door.ensure(desired, isNew, before);
  // This update undoes a move, which may have made an association. If policy denied that, it denies this too.
  if (!isNew && before !== null && idOf(before) !== PhysicalResourceId) {
    await door.ensureNo(before).catch((error: unknown) => {
      if (!(error instanceof Failure) || error.mayBeDone) throw error;
    });
  }
  return { PhysicalResourceId, Data: { Change: change, AssociationId: associationId, AssociationArn: associationArn } };
}

/** Deletes the association of a physical id; that of a create which made none stands for nothing. */
async function remove({ PhysicalResourceId = '', ResourceProperties }: Request, door: Door, origin: Origin) {
  const identity = identityOfId(PhysicalResourceId);
  const known = knownTarget(ResourceProperties, ...origin);
  if (identity) await door.ensureNo({ declaration: origin[0], properties: { ...known?.properties, ...identity } });
  return {};
}
