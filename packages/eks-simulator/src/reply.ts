/** Answer to a request. */
export type Reply = { readonly kind: 'answer'; readonly status: number; readonly body: object } | Refusal;

/** An error answer in the rest-json protocol. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** Sent as `x-amzn-errortype`. */
  readonly exception: string;
  readonly message: string;
  /** Only for exceptions that have the field in EKS's service model. */
  readonly clusterName?: string;
}

/** 200 with a body. */
export function answer(body: object): Reply {
  return { kind: 'answer', status: 200, body };
}

/** An error that names no cluster. */
export function refusal(status: number, exception: string, message: string): Refusal {
  return { kind: 'refused', status, exception, message };
}

/** 400, for an invalid parameter; without the cluster's name where the request names none. */
export function invalidParameter(clusterName: string | undefined, message: string): Refusal {
  return { ...refusal(400, 'InvalidParameterException', message), ...namedCluster(clusterName) };
}

/** 404, for clusters and associations. */
export function notFound(clusterName: string, message: string): Refusal {
  return { kind: 'refused', status: 404, exception: 'ResourceNotFoundException', message, clusterName };
}

/** 404 for an unknown cluster, with EKS's message. */
export function clusterNotFound(clusterName: string): Refusal {
  return notFound(clusterName, `No cluster found for name: ${clusterName}.`);
}

/** 409 with EKS's message, which contains the id of the existing association. */
export function alreadyExists(clusterName: string, associationId: string): Refusal {
  const message = `Association already exists: ${associationId}`;
  return { kind: 'refused', status: 409, exception: 'ResourceInUseException', message, clusterName };
}

/** 400, when the cluster's quota is exhausted. */
export function limitExceeded(clusterName: string, limit: number): Refusal {
  const message = `The cluster has reached its limit of ${limit} pod identity associations.`;
  return { kind: 'refused', status: 400, exception: 'ResourceLimitExceededException', message, clusterName };
}

/** 500, whether or not the operation had an effect. */
export function serverError(clusterName?: string): Refusal {
  return { ...refusal(500, 'ServerException', 'Internal server error.'), ...namedCluster(clusterName) };
}

/** 429. AWS sends it although the service model of these operations does not list it. */
export function throttled(clusterName?: string): Refusal {
  return { ...refusal(429, 'ThrottlingException', 'Rate exceeded'), ...namedCluster(clusterName) };
}

/**
 * For a request that a page of another origin may have sent: 421 because of its host, 403 because
 * of its origin.
 */
export function foreignPage(part: 'host' | 'origin'): Refusal {
  if (part === 'origin') return refusal(403, 'ForbiddenOrigin', 'Pages of other origins may not use the simulator');
  const advice =
    'set EKS_SIMULATOR_ALLOWED_HOSTS (ALLOWED_HOSTS of npm start) to the names by which containers reach it';
  return refusal(421, 'MisdirectedRequest', `The Host of the request is not a name of this machine: ${advice}`);
}

/**
 * 403 with IAM's message. AWS sends it although the service model of these operations does not list
 * it.
 */
export function accessDenied(userArn: string, action: string, resource: string): Refusal {
  const need = `${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  return refusal(403, 'AccessDeniedException', `User: ${userArn} is not authorized to perform: ${need}`);
}

function namedCluster(clusterName: string | undefined): Pick<Refusal, 'clusterName'> {
  return clusterName === undefined ? {} : { clusterName };
}
