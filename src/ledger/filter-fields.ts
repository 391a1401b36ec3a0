import type { AuditEntry } from '../model/audit.ts';
import type { RefusalCode } from '../model/outcome.ts';

/** What the filters of the trail compare besides event and operation. A field without values is left out. */
interface FilterFields {
  readonly refusalCode?: RefusalCode;
  /** The roles and target roles that an entry names. */
  readonly roleArns?: readonly string[];
  /** The policies that determined the decision. */
  readonly policyIds?: readonly string[];
}

/**
 * The fields of an entry for the filters of the trail. The roles of the association before a change are among them only if
 * policy permitted the change: principals can read their own denied requests, but not what the association was.
 */
export function filterFields({ refusalCode, operation, request, before, decision }: AuditEntry): FilterFields {
  const requested = operation === 'UPDATE_POD_IDENTITY_ASSOCIATION' ? request?.changes : request;
  const settings = [requested, decision?.allowed === true ? before : null].filter((one) => one !== null);
  const roleArns = distinct(settings.flatMap(rolesOf));
  const { policyIds = [], violations = [] } = decision ?? {};
  const policies = distinct([...policyIds, ...violations.map(({ policyId }) => policyId)]);
  return {
    ...(refusalCode === null ? {} : { refusalCode }),
    ...(roleArns.length === 0 ? {} : { roleArns }),
    ...(policies.length === 0 ? {} : { policyIds: policies }),
  };
}

function rolesOf(settings: object | undefined): (string | null | undefined)[] {
  const { roleArn, targetRoleArn }: { roleArn?: string | null; targetRoleArn?: string | null } = settings ?? {};
  return [roleArn, targetRoleArn];
}

function distinct(texts: readonly (string | null | undefined)[]): string[] {
  return [...new Set(texts.filter((text) => typeof text === 'string'))];
}
