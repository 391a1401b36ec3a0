import type { Preauthorize } from '../../policy/policy.ts';
import type { RoleAuthorizer } from './authorize-with-roles.ts';
import type { StateAuthorizer } from './judge-expiry.ts';

/** What changes are authorized with: policy, and what is known or read of what it is asked about. */
export interface Authorizer extends RoleAuthorizer, StateAuthorizer {
  readonly preauthorize: Preauthorize;
}
