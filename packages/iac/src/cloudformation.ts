import * as v from 'valibot';
import type { Door } from './door.ts';
import { Failure, ifValid } from './failure.ts';
import { identityOf, identityOfId, isSame, physicalIdOf, stackDeclaration } from './identity.ts';
import type { Home } from './identity.ts';
import { readProperties } from './properties.ts';
import type { CloudFormationResponse } from './respond.ts';

/** A request of CloudFormation, as far as it is read. */
export const cloudFormationRequest = v.object({
  RequestType: v.picklist(['Create', 'Update', 'Delete']),
  ResponseURL: v.string(),
  StackId: v.string(),
  RequestId: v.string(),
  LogicalResourceId: v.string(),
  PhysicalResourceId: v.optional(v.string()),
  ResourceProperties: v.optional(v.unknown()),
  OldResourceProperties: v.optional(v.unknown()),
});
type Request = v.InferOutput<typeof cloudFormationRequest>;

/** The part of a response that depends on what was done. */
type Done = Pick<CloudFormationResponse, 'PhysicalResourceId' | 'Data'>;

/**
 * Does what a request asks for, and gives the response. What failed, CloudFormation undoes: a create
 * by a delete of the id in the response, an update by another update.
 */
export async function answerCloudFormation(request: Request, door: Door, home: Home): Promise<CloudFormationResponse> {
  const { RequestType, StackId, RequestId, LogicalResourceId, PhysicalResourceId } = request;
  const ids = { StackId, RequestId, LogicalResourceId };
  try {
    const done = await (RequestType === 'Delete' ? remove : ensure)(request, door, home);
    return { Status: 'SUCCESS', ...done, ...ids };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const isMade = RequestType === 'Create' && error.mayBeDone;
    const id = isMade ? physicalIdOf(targetOf(request.ResourceProperties, request, home).identity) : PhysicalResourceId;
    return { Status: 'FAILED', Reason: error.message, PhysicalResourceId: id ?? `not-created/${RequestId}`, ...ids };
  }
}

async function ensure(request: Request, door: Door, home: Home): Promise<Done> {
  const desired = targetOf(request.ResourceProperties, request, home);
  const before = ifValid(() => targetOf(request.OldResourceProperties, request, home));
  const PhysicalResourceId = physicalIdOf(desired.identity);
  const isNew = PhysicalResourceId !== request.PhysicalResourceId;
  const { change, associationId, associationArn } = await door.ensure({ ...desired, isNew, before });
  // This update undoes one to another service account, which may have made its association. If policy denied that, it
  // denies this too.
  if (before !== null && !isNew && !isSame(before.identity, desired.identity)) {
    await door.ensureNo(before).catch(unlessOpen);
  }
  return { PhysicalResourceId, Data: { Change: change, AssociationId: associationId, AssociationArn: associationArn } };
}

/** Deletes the association of a physical id; that of a create which made none stands for nothing. */
async function remove(request: Request, door: Door, home: Home): Promise<Done> {
  const { PhysicalResourceId = '', StackId, LogicalResourceId } = request;
  const identity = identityOfId(PhysicalResourceId);
  const declaration = stackDeclaration(StackId, LogicalResourceId);
  const properties = ifValid(() => targetOf(request.ResourceProperties, request, home).properties);
  if (identity) await door.ensureNo({ identity, declaration, properties });
  return { PhysicalResourceId };
}

/** Throws an error again, unless certainly nothing was done. */
function unlessOpen(error: unknown): void {
  if (!(error instanceof Failure) || error.mayBeDone) throw error;
}

/** What properties declare, which have some of CloudFormation itself. */
function targetOf(given: unknown, { StackId, LogicalResourceId }: Request, home: Home) {
  const { ServiceToken: _token, ServiceTimeout: _timeout, ...own } = Object(given) as Readonly<Record<string, unknown>>;
  const properties = readProperties(own);
  return {
    identity: identityOf(properties, home),
    declaration: stackDeclaration(StackId, LogicalResourceId),
    properties,
  };
}
