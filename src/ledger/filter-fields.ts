import type { AuditEntry } from '../model/audit.ts';
import type { RefusalCode } from '../model/outcome.ts';
import { isHidden } from './hidden-entry.ts';

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
 * policy permitted the change: principals can read their own denied requests, but not what the association was. The policies that hide
 * an association from the principal are not among them either.
 */
export function filterFields(entry: AuditEntry): FilterFields {
  const { refusalCode, operation, request, before, decision } = entry;
  const requested = operation === 'UPDATE_POD_IDENTITY_ASSOCIATION' ? request?.changes : request;
  const settings = [requested, decision?.allowed === true ? before : null].filter((one) => one !== null);
  const roleArns = distinct(settings.flatMap(rolesOf));
  // The decision on a hidden association is not one on the request.
  const { policyIds = [], violations = [] } = (isHidden(entry) ? null : decision) ?? {};
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
