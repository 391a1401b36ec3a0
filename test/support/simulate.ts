import {
  createValidatedPolicy,
  validateIdentityPolicy,
  validateResourcePolicy,
  validateServiceControlPolicy,
} from '@cloud-copilot/iam-policy';
import type { ValidatedPolicy } from '@cloud-copilot/iam-policy';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Template } from './lambda-package.ts';
import { properties } from './lambda-package.ts';
import { resolveIn } from './resolve-template.ts';
import type { StackContext } from './resolve-template.ts';

/** A policy document. */
export type PolicyDocument = object;

/** A principal and the policies that apply to it. */
export interface SimulatedPrincipal {
  readonly arn: string;
  readonly policies: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument | undefined;
  readonly servicePolicies?: readonly PolicyDocument[];
}

/** A request to AWS. */
export interface SimulatedRequest {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request; `aws:PrincipalArn` and the like are set from the principal. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy of the resource. */
  readonly resourcePolicy?: PolicyDocument | undefined;
}

/** A policy document, validated once: thousands of requests are about the same ones. */
function validated(validate: typeof validateIdentityPolicy) {
  const known = new WeakMap<PolicyDocument, ValidatedPolicy>();
  return (document: PolicyDocument): ValidatedPolicy => {
    const policy = known.get(document) ?? createValidatedPolicy(document, validate);
    known.set(document, policy);
    return policy;
  };
}

const ofIdentity = validated(validateIdentityPolicy);
const ofResource = validated(validateResourcePolicy);
const ofService = validated(validateServiceControlPolicy);

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** An administrator of an account, whom only policies of resources and of the organization limit. */
export const administrator = (accountId: string): SimulatedPrincipal => ({
  arn: `arn:aws:iam::${accountId}:role/administrator`,
  policies: [everything],
});

/**
 * Whether AWS would allow the request, as iam-simulate evaluates policies. Throws an Error for an action that does not exist,
 * and for a resource of a type that the action does not have.
 */
export async function isAllowed(principal: SimulatedPrincipal, request: SimulatedRequest): Promise<boolean> {
  const { arn, policies, boundary, servicePolicies } = principal;
  const account = (each: string) => each.split(':')[4] ?? '';
  const owner = account(request.resource) || account(arn);
  const org = (policy: PolicyDocument, index: number) => ({
    orgIdentifier: `ou-${index}`,
    policies: [
      { name: 'full', policy: ofService(everything) },
      { name: 'limit', policy: ofService(policy) },
    ],
  });
  const result = await runSimulation(
    {
      request: {
        principal: arn,
        action: request.action,
        resource: { resource: request.resource, accountId: owner },
        contextVariables: {
          'aws:PrincipalArn': arn,
          'aws:PrincipalAccount': account(arn),
          'aws:PrincipalIsAWSService': 'false',
          // All accounts are of one organization, unless the request says otherwise.
          'aws:PrincipalOrgID': 'o-own0000000',
          'aws:ResourceOrgID': 'o-own0000000',
          ...(request.context as Record<string, string | string[]> | undefined),
        },
      },
      identityPolicies: policies.map((policy, index) => ({ name: `policy-${index}`, policy: ofIdentity(policy) })),
      serviceControlPolicies: (servicePolicies ?? []).map(org),
      resourceControlPolicies: [],
      resourcePolicy: request.resourcePolicy && ofResource(request.resourcePolicy),
      ...(boundary === undefined
        ? {}
        : { permissionBoundaryPolicies: [{ name: 'boundary', policy: ofIdentity(boundary) }] }),
    },
    {},
  );
  if (result.resultType === 'error')
    throw new Error(`${request.action} on ${request.resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult === 'Allowed';
}

interface RolePolicy {
  readonly PolicyDocument: PolicyDocument;
}

/** A role of a template as a principal, with its inline policies and those that are attached by the template. */
export function roleOf(template: Template, logicalId: string, context: StackContext): SimulatedPrincipal {
  const { Policies = [] } = properties(template, logicalId) as { Policies?: RolePolicy[] };
  const attached = Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
    .filter(({ Properties }) => JSON.stringify(Properties.Roles ?? []).includes(`"${logicalId}"`))
    .map(({ Properties }) => ({ PolicyDocument: Properties.PolicyDocument as PolicyDocument }));
  const policies = resolveIn(template, context, [...Policies, ...attached]) as RolePolicy[];
  const arn = resolveIn(template, context, { 'Fn::GetAtt': [logicalId, 'Arn'] }) as string;
  return { arn, policies: policies.map(({ PolicyDocument }) => PolicyDocument) };
}
