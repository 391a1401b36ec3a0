import type { ValueMap } from './aws/value.ts';

/**
 * A parameter of an operation, named as in the EKS API. Its option has the same name in kebab case.
 */
export interface Parameter {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'map' | 'list';
  readonly required?: true;
  /** The least value of an integer. */
  readonly minimum?: number;
  /** The greatest value of an integer. */
  readonly maximum?: number;
  /** Accepted and not documented, as in the AWS CLI, whose pagination options take its place. */
  readonly hidden?: true;
  /**
   * Of the gateway, not of the EKS API: absent from skeletons, and its option can't be shortened.
   */
  readonly own?: true;
  /** Whether the option can be given several times: its value is the list of all values. */
  readonly isRepeatable?: true;
  /** A letter that stands for the option, as in `-f`. */
  readonly short?: string;
  readonly help: string;
}

/**
 * The shape of an answer: for each field its type, the shape of a structure, or that of the items
 * of a list.
 */
export type Shape =
  'string' | 'boolean' | 'integer' | 'timestamp' | 'map' | { readonly [field: string]: Shape } | readonly [Shape];

/** A command: its options and its answer. */
export interface Command {
  readonly name: string;
  /**
   * The operation of the EKS API or of the gateway. Error messages and the titles of tables name
   * it.
   */
  readonly operation: string;
  readonly summary: string;
  readonly parameters: readonly Parameter[];
  readonly answer: Readonly<Record<string, Shape>>;
  /** The field of the answer that pages of a list fill. */
  readonly listField?: string;
  /** Another field with a list, of which pages can repeat items. */
  readonly sharedField?: string;
  /**
   * Whether the answer has what the command looks for: then, with `--detailed-exitcode`, the exit
   * code is 2.
   */
  readonly finds?: (answer: ValueMap) => boolean;
  /** Whether it changes associations, so that its result can take a while. */
  readonly isMutation?: true;
  /**
   * Whether it makes several requests, has files, and ends with 1 for errors: `runCompound`
   * runs it. It has no input documents and skeletons, and no shape of an answer.
   */
  readonly isCompound?: true;
  /** The field of the answer that is printed alone, without `--output` and `--query`. */
  readonly plainField?: string;
  /** An argument without an option that it needs. */
  readonly positional?: { readonly name: string; readonly help: string };
}

export const clusterName: Parameter = {
  name: 'clusterName',
  type: 'string',
  required: true,
  help: 'The name of the cluster of the association.',
};

export const associationId: Parameter = {
  name: 'associationId',
  type: 'string',
  required: true,
  help: 'The ID of the association.',
};

export const clientRequestToken: Parameter = {
  name: 'clientRequestToken',
  type: 'string',
  help: 'A unique, case-sensitive identifier that makes the request idempotent. Requests with the same token and the same input take effect once.',
};

/** The parameters that identify the service account of an association, and its role. */
export const binding: readonly Parameter[] = [
  {
    name: 'namespace',
    type: 'string',
    required: true,
    help: 'The Kubernetes namespace of the service account and of the pods that use it.',
  },
  {
    name: 'serviceAccount',
    type: 'string',
    required: true,
    help: 'The name of the Kubernetes service account that gets the credentials.',
  },
  {
    name: 'roleArn',
    type: 'string',
    required: true,
    help: 'The ARN of the IAM role. It is in the account of the cluster, and its trust policy allows pods.eks.amazonaws.com to assume it.',
  },
];

export const tags: Parameter = {
  name: 'tags',
  type: 'map',
  help: 'Up to 50 tags of the association, as key-value pairs.',
};

export const newRoleArn: Parameter = { name: 'roleArn', type: 'string', help: 'The ARN of the new IAM role.' };

/** The settings that create and update share. */
export const settings: readonly Parameter[] = [
  {
    name: 'disableSessionTags',
    type: 'boolean',
    help: 'Disable the session tags that EKS Pod Identity adds when it assumes the role. An association with a policy needs it.',
  },
  {
    name: 'targetRoleArn',
    type: 'string',
    help: 'The ARN of a role, possibly in another account, that is assumed with the credentials of the IAM role.',
  },
  {
    name: 'policy',
    type: 'string',
    help: 'An IAM policy in JSON format that further restricts the permissions of the pods. With a target role it restricts the target role.',
  },
];

export const accountId: Parameter = {
  name: 'accountId',
  type: 'string',
  own: true,
  help: 'The AWS account of the cluster, by default that of the gateway.',
};

export const onBehalfOf: Parameter = {
  name: 'onBehalfOf',
  type: 'string',
  own: true,
  help: 'The person on whose behalf a service acts. Recorded, not verified.',
};

/** A parameter of the gateway in a command that the AWS CLI does not have: one as any other. */
export const plain = ({ own: _, ...parameter }: Parameter): Parameter => parameter;

/** What the gateway records of a change. */
export const record: readonly Parameter[] = [
  { name: 'reason', type: 'string', own: true, help: 'The reason of the change, for the audit trail.' },
  onBehalfOf,
  accountId,
];

export const ifExists: Parameter = {
  name: 'ifExists',
  type: 'string',
  own: true,
  help: 'What to do if the service account has an association that equals the request: REFUSE the request, which is the default, or ADOPT the association.',
};

export const expiresAt: Parameter = {
  name: 'expiresAt',
  type: 'string',
  own: true,
  help: 'When the gateway deletes the association, as RFC 3339 text: 2026-11-25T18:00:00Z. In an update, an empty text clears it.',
};

export const expectedModifiedAt: Parameter = {
  name: 'expectedModifiedAt',
  type: 'string',
  own: true,
  help: 'Refuse the change if the modifiedAt of the association is another time.',
};

const resourceArn: Parameter = {
  name: 'resourceArn',
  type: 'string',
  required: true,
  help: 'The ARN of the association.',
};

const newTags: Parameter = {
  name: 'tags',
  type: 'map',
  required: true,
  help: 'The tags to add, as key-value pairs. A tag that exists gets the new value; others stay.',
};

const tagKeys: Parameter = {
  name: 'tagKeys',
  type: 'list',
  required: true,
  help: 'The keys of the tags to remove.',
};

const expectedTags: Parameter = {
  name: 'expectedTags',
  type: 'map',
  own: true,
  help: 'Refuse the change if the tags of the association, without those of the gateway and of AWS, are others.',
};

/** Only what has a role; the EKS API has no such filter. */
export const roleArnFilter: Parameter = {
  name: 'roleArn',
  type: 'string',
  own: true,
  help: 'Only what has this IAM role, as role or target role. In a list, it costs a call for each association.',
};

/** The fields and settings of the pages of a list, which the pagination options set. */
export const paging: readonly Parameter[] = [
  {
    name: 'maxResults',
    type: 'integer',
    minimum: 1,
    hidden: true,
    help: 'The size of the one page that is listed, from 1 to 100.',
  },
  { name: 'nextToken', type: 'string', hidden: true, help: 'The nextToken of the previous page.' },
];

const summary = {
  clusterName: 'string',
  namespace: 'string',
  serviceAccount: 'string',
  associationArn: 'string',
  associationId: 'string',
  ownerArn: 'string',
} as const satisfies Shape;

export const association = {
  clusterName: 'string',
  namespace: 'string',
  serviceAccount: 'string',
  roleArn: 'string',
  associationArn: 'string',
  associationId: 'string',
  tags: 'map',
  createdAt: 'timestamp',
  modifiedAt: 'timestamp',
  ownerArn: 'string',
  disableSessionTags: 'boolean',
  targetRoleArn: 'string',
  externalId: 'string',
  policy: 'string',
} as const satisfies Shape;

/** What a change of tags names, with tags to add or keys to remove. Its ARN names the account. */
export const tagged = { tag: [resourceArn, newTags], untag: [resourceArn, tagKeys] } as const;

const tagRecord: readonly Parameter[] = [
  { ...clientRequestToken, own: true },
  expectedTags,
  expectedModifiedAt,
  ...record.filter(({ name }) => name !== accountId.name),
];

/**
 * The commands of the AWS CLI, with the parameters of the EKS API in the order of its model, and
 * then those of the gateway.
 */
export const awsCommands: readonly Command[] = [
  {
    name: 'create-pod-identity-association',
    operation: 'CreatePodIdentityAssociation',
    summary: 'Create an association between an IAM role and a Kubernetes service account.',
    parameters: [clusterName, ...binding, clientRequestToken, tags, ...settings, expiresAt, ifExists, ...record],
    answer: { association },
    isMutation: true,
  },
  {
    name: 'delete-pod-identity-association',
    operation: 'DeletePodIdentityAssociation',
    summary: 'Delete an association. Running pods keep their credentials until these expire.',
    parameters: [clusterName, associationId, { ...clientRequestToken, own: true }, expectedModifiedAt, ...record],
    answer: { association },
    isMutation: true,
  },
  {
    name: 'describe-pod-identity-association',
    operation: 'DescribePodIdentityAssociation',
    summary: 'Describe an association.',
    parameters: [clusterName, associationId, accountId],
    answer: { association },
  },
  {
    name: 'list-pod-identity-associations',
    operation: 'ListPodIdentityAssociations',
    summary: 'List the associations of a cluster.',
    parameters: [
      clusterName,
      { name: 'namespace', type: 'string', help: 'List the associations of this Kubernetes namespace only.' },
      { name: 'serviceAccount', type: 'string', help: 'List the associations of this service account only.' },
      roleArnFilter,
      ...paging,
      accountId,
    ],
    answer: { associations: [summary], nextToken: 'string' },
    listField: 'associations',
  },
  {
    name: 'update-pod-identity-association',
    operation: 'UpdatePodIdentityAssociation',
    summary: 'Change the role or the settings of an association. Its cluster, namespace and service account stay.',
    parameters: [
      clusterName,
      associationId,
      newRoleArn,
      clientRequestToken,
      ...settings,
      expiresAt,
      expectedModifiedAt,
      ...record,
    ],
    answer: { association },
    isMutation: true,
  },
  {
    name: 'tag-resource',
    operation: 'TagResource',
    summary: 'Add tags to an association, or change their values.',
    parameters: [...tagged.tag, ...tagRecord],
    answer: {},
    isMutation: true,
  },
  {
    name: 'untag-resource',
    operation: 'UntagResource',
    summary: 'Remove tags from an association.',
    parameters: [...tagged.untag, ...tagRecord],
    answer: {},
    isMutation: true,
  },
  {
    name: 'list-tags-for-resource',
    operation: 'ListTagsForResource',
    summary: 'List the tags of an association.',
    parameters: [resourceArn],
    answer: { tags: 'map' },
  },
];
