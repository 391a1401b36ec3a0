/** What a request is answered with. */
export type Reply = { readonly kind: 'answer'; readonly status: number; readonly body: object } | Refusal;

/** An error answer, as rest-json writes it. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  /** Sent as `x-amzn-errortype`. */
  readonly exception: string;
  readonly message: string;
  /** Only where EKS's service model has the field. */
  readonly clusterName?: string;
}

/** 200 with a body. */
export function answer(body: object): Reply {
  return { kind: 'answer', status: 200, body };
}

/** An error of the front door (signature, path, JSON), which names no cluster. */
export function refusal(status: number, exception: string, message: string): Refusal {
  return { kind: 'refused', status, exception, message };
}

/** 400, for every parameter that breaks a rule. */
export function invalidParameter(clusterName: string, message: string): Refusal {
  return { kind: 'refused', status: 400, exception: 'InvalidParameterException', message, clusterName };
}

/** 404, for clusters and associations. */
export function notFound(clusterName: string, message: string): Refusal {
  return { kind: 'refused', status: 404, exception: 'ResourceNotFoundException', message, clusterName };
}

/** 404 with the words of EKS for a cluster it doesn't have. */
export function clusterNotFound(clusterName: string): Refusal {
  return notFound(clusterName, `No cluster found for name: ${clusterName}.`);
}

/** 409 with the words of EKS; the association's id can be read from them. */
export function alreadyExists(clusterName: string, associationId: string): Refusal {
  const message = `Association already exists: ${associationId}`;
  return { kind: 'refused', status: 409, exception: 'ResourceInUseException', message, clusterName };
}

/** 400, when the cluster's quota is used up. */
export function limitExceeded(clusterName: string, limit: number): Refusal {
  const message = `The cluster has reached its limit of ${limit} pod identity associations.`;
  return { kind: 'refused', status: 400, exception: 'ResourceLimitExceededException', message, clusterName };
}

/** 500: says nothing of whether the effect took place. */
export function serverError(clusterName?: string): Refusal {
  const cluster = clusterName === undefined ? {} : { clusterName };
  return { ...refusal(500, 'ServerException', 'Internal server error.'), ...cluster };
}

/** 429; not in the model of these operations, but sent all the same. */
export function throttled(clusterName: string): Refusal {
  return { kind: 'refused', status: 429, exception: 'ThrottlingException', message: 'Rate exceeded', clusterName };
}

/** 403 with the words of IAM; not in the model of these operations, but sent all the same. */
export function accessDenied(userArn: string, action: string, resource: string): Refusal {
  const need = `${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  return refusal(403, 'AccessDeniedException', `User: ${userArn} is not authorized to perform: ${need}`);
}
