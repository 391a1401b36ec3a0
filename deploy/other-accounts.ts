import type { Json, JsonObject } from './fold-conditions.ts';

/** What a function may do with a role of another account. */
type Access = 'change' | 'expire' | 'read';

/**
 * The logical IDs of the policies in roles.yml, and the role of deploy/iam/other-account.yml that
 * each lets its function assume.
 */
const policies: Readonly<Record<string, Access>> = {
  ChangeOtherAccountsPolicy: 'change',
  ExpireOtherAccountsPolicy: 'expire',
  QueryOtherAccountsPolicy: 'read',
  ReadOtherAccountsPolicy: 'read',
};

/**
 * The part of an ARN after `role/`, of a role of deploy/iam/other-account.yml; `stack` is the
 * service and its stage.
 */
export function roleInOtherAccount(stack: string, region: string, access: Access): string {
  return `pod-identity-gateway/${stack}-${region}-${access}`;
}

/**
 * An organizational unit as `aws:ResourceOrgPaths` has it, or a whole organization; the last slash
 * may be missing.
 */
export const organizationPath = /^o-[a-z0-9]{10,32}\/r-[a-z0-9]{4,32}(\/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})*\/?$/;

/**
 * Lets each function assume its role in the accounts of the setting `otherAccounts`: the accounts
 * of the own organization, of some of its organizational units, or listed ones. The role has this
 * name in every account, so the size of a policy does not grow with an organization. Without the
 * setting, the policies are removed.
 */
export function withRolesOfOtherAccounts(
  resources: Readonly<Record<string, JsonObject>>,
  otherAccounts: string,
  stack: string,
): Record<string, JsonObject> {
  return Object.fromEntries(
    Object.entries(resources).flatMap(([name, resource]) => {
      const access = policies[name];
      if (access === undefined) return [[name, resource]];
      return otherAccounts === '' ? [] : [[name, granting(resource, grantOf(otherAccounts, stack, access))]];
    }),
  );
}

/**
 * The bus of the stack with a policy that lets the accounts of the setting `otherAccounts` send
 * events.
 */
export function withSendersOf(
  resources: Readonly<Record<string, JsonObject>>,
  otherAccounts: string,
): Record<string, JsonObject> {
  const { OtherAccountsBus: bus, ...others } = resources;
  if (bus === undefined) return others;
  const { Policy, ...properties } = bus.Properties as JsonObject & { readonly Policy: JsonObject };
  const senders = sendersOf(otherAccounts.split(','));
  const Statement = (Policy.Statement as JsonObject[]).map(({ Principal: _, Condition, ...statement }) => ({
    ...statement,
    Principal: senders.Principal,
    Condition: { ...(Condition as JsonObject), ...senders.Condition },
  }));
  return { ...others, OtherAccountsBus: { ...bus, Properties: { ...properties, Policy: { ...Policy, Statement } } } };
}

function sendersOf(values: readonly string[]): { readonly Principal: Json; readonly Condition: JsonObject } {
  if (values.every((value) => /^\d{12}$/.test(value))) return { Principal: { AWS: values }, Condition: {} };
  const own = { StringEquals: { 'aws:PrincipalOrgID': '${aws:ResourceOrgID}' } };
  const paths = values.filter((value) => value !== 'organization').map((value) => `${value.replace(/\/$/, '')}/*`);
  const within = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } };
  return { Principal: '*', Condition: paths.length === 0 ? own : { ...own, ...within } };
}

interface Grant {
  readonly Resource: readonly Json[];
  readonly Condition: JsonObject;
}

function grantOf(otherAccounts: string, stack: string, access: Access): Grant {
  const values = otherAccounts.split(',');
  const role = roleInOtherAccount(stack, '${AWS::Region}', access);
  const roleIn = (account: string) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::${account}:role/${role}` });
  if (values.every((value) => /^\d{12}$/.test(value))) return { Resource: values.map(roleIn), Condition: {} };
  // Units of another organization have no effect. An account that is in no organization has no such
  // key, so no access.
  const own = { StringEquals: { 'aws:ResourceOrgID': '${aws:PrincipalOrgID}' } };
  const paths = values.filter((value) => value !== 'organization').map((value) => `${value.replace(/\/$/, '')}/*`);
  const within = { 'ForAnyValue:StringLike': { 'aws:ResourceOrgPaths': paths } };
  return { Resource: [roleIn('*')], Condition: paths.length === 0 ? own : { ...own, ...within } };
}

/** The policy with this grant in its statement. */
function granting(policy: JsonObject, { Resource, Condition }: Grant): JsonObject {
  const { PolicyDocument, ...properties } = policy.Properties as JsonObject & { readonly PolicyDocument: JsonObject };
  const Statement = (PolicyDocument.Statement as JsonObject[]).map(({ Condition: own = {}, ...statement }) => {
    const all = { ...(own as JsonObject), ...Condition };
    return { ...statement, Resource, ...(Object.keys(all).length === 0 ? {} : { Condition: all }) };
  });
  return { ...policy, Properties: { ...properties, PolicyDocument: { ...PolicyDocument, Statement } } };
}
