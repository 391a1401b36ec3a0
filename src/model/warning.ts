/** What a warning is about; the values of `WarningCode` in the schema. */
type WarningCode =
  | 'CLUSTER_NOT_ACTIVE'
  | 'AGENT_MISSING'
  | 'AGENT_NOT_ACTIVE'
  | 'NOT_CHECKED'
  | 'ROLE_NOT_FOUND'
  | 'TRUST_POLICY_INVALID'
  | 'TRUST_CONDITION_UNMET'
  | 'TARGET_ROLE_TRUST'
  | 'QUOTA_NEAR'
  | 'PODS_NOT_UPDATED'
  | 'TAGS_DIFFER'
  | 'CREDENTIALS_OUTLIVE_ENDING'
  | 'NOT_OWN';

/**
 * Something that does not stop a change, but can keep pods from using the association as intended.
 */
export interface Warning {
  readonly code: WarningCode;
  /** One sentence for people. */
  readonly message: string;
  /** What to do next. */
  readonly advice: string;
}
