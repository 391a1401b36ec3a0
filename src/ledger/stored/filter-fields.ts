import type { AuditEntry } from '../../model/audit.ts';
import { namedSettings } from '../../model/operation.ts';
import type { OperationKind, RequestedOperation } from '../../model/operation.ts';
import type { RefusalCode } from '../../model/outcome.ts';
import { settingFields, settingNames } from '../../model/setting-fields.ts';
import type { GivenSettings } from '../../model/setting-fields.ts';
import { isHidden } from '../hidden-entry.ts';

/**
 * What the filters of the trail compare besides event and operation. A field without values is left
 * out.
 */
interface FilterFields {
  readonly refusalCode?: RefusalCode;
  /** The roles and target roles that an entry names. */
  readonly roleArns?: readonly string[];
  /** The policies that determined the decisions. */
  readonly policyIds?: readonly string[];
}

/**
 * The fields of an entry for the filters of the trail. The roles of the association before a change
 * are among them only if policy permitted the change: principals can read their own denied
 * requests, but not what the association was. The policies that hide an association from the
 * principal are not among them either.
 */
export function filterFields(entry: AuditEntry): FilterFields {
  const { refusalCode, before, decision, deleteDecision } = entry;
  const requested = entry.request === null ? {} : settingsNamedBy(entry);
  const isPermitted = decision?.allowed === true && deleteDecision?.allowed !== false;
  const roleArns = distinct([requested, isPermitted && before ? before : {}].flatMap(rolesOf));
  // The decision on a hidden association is not one on the request.
  const decisions = isHidden(entry) ? [] : [decision, deleteDecision].flatMap((one) => one ?? []);
  const policies = distinct(
    decisions.flatMap(({ policyIds, violations }) => [...policyIds, ...violations.map(({ policyId }) => policyId)]),
  );
  return {
    ...(refusalCode === null ? {} : { refusalCode }),
    ...(roleArns.length === 0 ? {} : { roleArns }),
    ...(policies.length === 0 ? {} : { policyIds: policies }),
  };
}

function settingsNamedBy<Kind extends OperationKind>({ operation, request }: RequestedOperation<Kind>): GivenSettings {
  return namedSettings[operation](request);
}

function rolesOf(given: GivenSettings): unknown[] {
  return settingNames.filter((name) => settingFields[name].type === 'role').map((name) => given[name]);
}

function distinct(values: readonly unknown[]): string[] {
  return [...new Set(values.filter((value) => typeof value === 'string'))];
}
