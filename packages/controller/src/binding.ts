import type { KubernetesObject, Metadata } from './kubernetes/api.ts';

/**
 * The API group. `.internal` is reserved for private use, so that no domain owner can have other
 * resources in it.
 */
const group = 'podidentity.gateway.internal';

/** Version and kind of the resource. */
export const apiVersion = `${group}/v1alpha1`;
export const kind = 'PodIdentityBinding';

/** Keeps a deleted resource until its associations are deleted. */
export const finalizer = `${group}/associations`;

/** A new value asks again for what was refused for good. */
export const retryAnnotation = `${group}/retry`;

/** What a team declares. The schema of the custom resource definition describes the fields. */
export interface BindingSpec {
  readonly serviceAccount?: string;
  readonly serviceAccountPattern?: string;
  readonly maxServiceAccounts?: number;
  readonly roleArn: string;
  readonly targetRoleArn?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly disableSessionTags?: boolean;
  readonly policy?: string;
  readonly expiresAt?: string;
  readonly deletionPolicy?: 'Delete' | 'Retain';
  readonly takeOver?: boolean;
}

/** A condition as Kubernetes and kstatus define it. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  readonly lastTransitionTime: string;
}

/** The association of a service account, as the gateway answered last. */
export interface AssociationStatus {
  readonly serviceAccount: string;
  /** What was asked for. */
  readonly desired: 'Present' | 'Absent';
  /** Whether it is bound, waits for something, or needs a person. */
  readonly state: 'Bound' | 'Progressing' | 'Stalled';
  readonly reason: string;
  readonly message: string;
  readonly associationId?: string;
  /** The approval that it waits for, or that was not given. */
  readonly approvalId?: string;
}

/** What the controller observed. */
export interface BindingStatus {
  readonly observedGeneration?: number;
  /** The value of the retry annotation that was obeyed. */
  readonly observedRetry?: string;
  readonly conditions?: readonly Condition[];
  /**
   * Every service account for which a request was or is about to be sent: an association that may
   * exist is in this list.
   */
  readonly associations?: readonly AssociationStatus[];
}

/** The custom resource. */
export interface Binding {
  readonly namespace: string;
  readonly name: string;
  readonly metadata: Metadata;
  readonly spec: BindingSpec;
  readonly status: BindingStatus;
}

/** A resource as the API server has it. */
export interface BindingSource extends KubernetesObject {
  readonly spec: BindingSpec;
  readonly status?: BindingStatus;
}

export function bindingOf({ metadata, spec, status = {} }: BindingSource): Binding {
  return { namespace: metadata.namespace, name: metadata.name, metadata, spec, status };
}

/** Whether it has the controller's finalizer. */
export function isFinalizedHere({ metadata }: Binding): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

export function isDeleting({ metadata }: Binding): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** The value of the retry annotation; empty without one. */
export function retryOf({ metadata }: Binding): string {
  return metadata.annotations?.[retryAnnotation] ?? '';
}

/** Whether the status is about the spec and the annotation as they are now. */
export function isObserved(binding: Binding): boolean {
  const { observedGeneration, observedRetry = '' } = binding.status;
  return observedGeneration === binding.metadata.generation && observedRetry === retryOf(binding);
}

/** The service accounts whose associations may exist. */
export function heldBy({ status }: Binding): readonly string[] {
  return (status.associations ?? []).map(({ serviceAccount }) => serviceAccount);
}
