import type { CreateRequest, Tag } from '../model/association.ts';
import type { Finding } from '../model/refusal.ts';
import { recordedInput } from './recorded-input.ts';
import { roleArnFindings, targetRoleArnFindings } from './role-arns.ts';
import { clientRequestTokenFindings, onBehalfOfFindings, reasonFindings } from './free-texts.ts';
import {
  accountIdFindings,
  clusterNameFindings,
  namespaceFindings,
  regionFindings,
  serviceAccountFindings,
} from './names.ts';
import { policyFindings } from './session-policy.ts';
import { tagFindings } from './tags.ts';
import type { TagInput } from './tags.ts';
import type { Text } from './text-rules.ts';

/** `CreatePodIdentityAssociationInput` as GraphQL hands it over. Absent and null mean the same. */
export interface CreateInput {
  readonly clusterName?: Text;
  readonly accountId?: Text;
  readonly region?: Text;
  readonly namespace?: Text;
  readonly serviceAccount?: Text;
  readonly roleArn?: Text;
  readonly clientRequestToken?: Text;
  readonly tags?: readonly TagInput[] | null | undefined;
  readonly disableSessionTags?: boolean | null | undefined;
  readonly targetRoleArn?: Text;
  readonly policy?: Text;
  readonly reason?: Text;
  readonly onBehalfOf?: Text;
}

/** What stands in for an absent account and region: the deployment's own. */
export interface ClusterDefaults {
  readonly accountId: string;
  readonly region: string;
}

/** What else was said with a request, where it is valid itself. */
interface Circumstances {
  readonly clientRequestToken: string | null;
  readonly reason: string | null;
  readonly onBehalfOf: string | null;
}

/** What validation says of the input of a create. */
export type Validated = ValidatedAs<CreateRequest>;

/** What validation says of an input that asks for `Request`. */
export type ValidatedAs<Request> =
  | ({ readonly kind: 'valid'; readonly request: Request } & Circumstances)
  | ({
      readonly kind: 'invalid';
      /** All that is wrong, at least one, in the order of the fields. */
      readonly findings: readonly Finding[];
      /** The input, bounded: plain JSON for the trail. */
      readonly recordedInput: unknown;
    } & Circumstances);

/** The value where nothing is wrong with it. */
export function soundText(value: Text, findings: readonly Finding[]): string | null {
  return findings.length === 0 ? (value ?? null) : null;
}

/** In the order of UTF-16 code units, whatever the machine's locale. */
function canonicalTags(tags: readonly TagInput[]): Tag[] {
  return tags
    .map(({ key, value }) => ({ key, value: value ?? '' }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/**
 * Holds an input to the rules of EKS, IAM and Kubernetes, all of them at once and without calling anyone, and brings it
 * into its canonical form. Time grows with the size of the input and no faster; the answer's size is bounded.
 */
export function validateCreate(input: CreateInput, defaults: ClusterDefaults): Validated {
  const { clusterName, namespace, serviceAccount, roleArn, disableSessionTags, policy } = input;
  const ofToken = clientRequestTokenFindings(input.clientRequestToken);
  const ofReason = reasonFindings(input.reason);
  const ofPerson = onBehalfOfFindings(input.onBehalfOf);
  const findings = [
    ...clusterNameFindings(clusterName),
    ...accountIdFindings(input.accountId),
    ...regionFindings(input.region),
    ...namespaceFindings(namespace),
    ...serviceAccountFindings(serviceAccount),
    ...roleArnFindings(roleArn),
    ...ofToken,
    ...tagFindings(input.tags),
    ...targetRoleArnFindings(input.targetRoleArn),
    ...policyFindings(policy, disableSessionTags),
    ...ofReason,
    ...ofPerson,
  ];
  const circumstances = {
    clientRequestToken: soundText(input.clientRequestToken, ofToken),
    reason: soundText(input.reason, ofReason),
    onBehalfOf: soundText(input.onBehalfOf, ofPerson),
  };
  // A missing or empty field has a finding; to ask for it again only tells the compiler so.
  if (findings.length > 0 || !clusterName || !namespace || !serviceAccount || !roleArn) {
    return { kind: 'invalid', findings, recordedInput: recordedInput(input), ...circumstances };
  }
  const request: CreateRequest = {
    accountId: input.accountId ?? defaults.accountId,
    region: input.region ?? defaults.region,
    clusterName,
    namespace,
    serviceAccount,
    roleArn,
    targetRoleArn: input.targetRoleArn ?? null,
    disableSessionTags: disableSessionTags ?? false,
    policy: policy ?? null,
    tags: canonicalTags(input.tags ?? []),
  };
  return { kind: 'valid', request, ...circumstances };
}
