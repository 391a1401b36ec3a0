import type { AssociationSettings, DeleteRequest, UpdateRequest } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { recordedInput } from './recorded-input.ts';
import { roleArnFindings, targetRoleArnFindings } from './role-arns.ts';
import { associationIdFindings, expectedModifiedAtFindings } from './associations.ts';
import { clientRequestTokenFindings, onBehalfOfFindings, reasonFindings } from './free-texts.ts';
import { accountIdFindings, clusterNameFindings, regionFindings } from './names.ts';
import { policyFindings } from './session-policy.ts';
import type { Text } from './text-rules.ts';
import type { ClusterDefaults, ValidatedAs } from './create.ts';
import { soundText } from './create.ts';

/** `DeletePodIdentityAssociationInput` as GraphQL hands it over. Absent and null mean the same. */
export interface DeleteInput {
  readonly clusterName?: Text;
  readonly accountId?: Text;
  readonly region?: Text;
  readonly associationId?: Text;
  readonly expectedModifiedAt?: Text;
  readonly clientRequestToken?: Text;
  readonly reason?: Text;
  readonly onBehalfOf?: Text;
}

/** `UpdatePodIdentityAssociationInput` as GraphQL hands it over. Of what it changes, null clears and absent keeps. */
export interface UpdateInput extends DeleteInput {
  readonly roleArn?: Text;
  readonly targetRoleArn?: Text;
  readonly disableSessionTags?: boolean | null | undefined;
  readonly policy?: Text;
}

/** Holds the input of a delete to its rules, and brings it into its canonical form. */
export function validateDelete(input: DeleteInput, defaults: ClusterDefaults): ValidatedAs<DeleteRequest> {
  return validated(input, defaults, [], (request) => request);
}

/** Holds the input of an update to its rules, and brings it into its canonical form. */
export function validateUpdate(input: UpdateInput, defaults: ClusterDefaults): ValidatedAs<UpdateRequest> {
  const changes = changesOf(input);
  const findings = [
    ...(Object.keys(changes).length === 0 ? [nothingToChange] : []),
    ...(input.roleArn === undefined ? [] : roleArnFindings(input.roleArn)),
    ...targetRoleArnFindings(input.targetRoleArn),
    ...(input.disableSessionTags === null ? [notCleared] : []),
    // Whether session tags are off can be as it is: policy and EKS see what comes of both.
    ...policyFindings(input.policy, input.disableSessionTags ?? true),
  ];
  return validated(input, defaults, findings, (request) => ({ ...request, changes }));
}

const nothingToChange: Finding = {
  path: 'input',
  rule: 'something-to-change',
  message: 'Nothing is to be changed.',
  advice: 'Give at least one of roleArn, targetRoleArn, disableSessionTags and policy.',
};

const notCleared: Finding = {
  path: 'disableSessionTags',
  rule: 'not-cleared',
  message: 'disableSessionTags is null, but it is always true or false.',
  advice: 'Give true or false, or leave it out to keep it as it is.',
};

function changesOf({ roleArn, targetRoleArn, disableSessionTags, policy }: UpdateInput): Partial<AssociationSettings> {
  return {
    ...(typeof roleArn === 'string' ? { roleArn } : {}),
    ...(targetRoleArn === undefined ? {} : { targetRoleArn }),
    ...(typeof disableSessionTags === 'boolean' ? { disableSessionTags } : {}),
    ...(policy === undefined ? {} : { policy }),
  };
}

function validated<Request extends DeleteRequest>(
  input: DeleteInput,
  defaults: ClusterDefaults,
  ofOperation: readonly Finding[],
  requestOf: (request: DeleteRequest) => Request,
): ValidatedAs<Request> {
  const { clusterName, associationId } = input;
  const ofToken = clientRequestTokenFindings(input.clientRequestToken);
  const ofReason = reasonFindings(input.reason);
  const ofPerson = onBehalfOfFindings(input.onBehalfOf);
  const findings = [
    ...clusterNameFindings(clusterName),
    ...accountIdFindings(input.accountId),
    ...regionFindings(input.region),
    ...associationIdFindings(associationId),
    ...ofOperation,
    ...expectedModifiedAtFindings(input.expectedModifiedAt),
    ...ofToken,
    ...ofReason,
    ...ofPerson,
  ];
  const circumstances = {
    clientRequestToken: soundText(input.clientRequestToken, ofToken),
    reason: soundText(input.reason, ofReason),
    onBehalfOf: soundText(input.onBehalfOf, ofPerson),
  };
  if (findings.length > 0 || !clusterName || !associationId) {
    return { kind: 'invalid', findings, recordedInput: recordedInput(input), ...circumstances };
  }
  const { accountId, region } = {
    accountId: input.accountId ?? defaults.accountId,
    region: input.region ?? defaults.region,
  };
  const expectedModifiedAt = input.expectedModifiedAt ? new Date(input.expectedModifiedAt).toISOString() : null;
  return {
    kind: 'valid',
    request: requestOf({ accountId, region, clusterName, associationId, expectedModifiedAt }),
    ...circumstances,
  };
}
