import * as v from 'valibot';
import { exactly, list } from './json.ts';
import { contradictions } from './inventory-contradictions.ts';
import {
  accountId,
  namespaceName,
  rolePath,
  timeZone,
  account,
  environment,
  cluster,
  namespace,
  service,
  permissionSet,
  person,
} from './item-schemas.ts';

/**
 * The inventory's JSON. One validation reports every problem: those of single fields and
 * contradictions between them.
 */
export const inventorySchema = v.pipe(
  exactly({
    accounts: list(account),
    clusters: list(cluster),
    namespaces: list(namespace),
    systemNamespaces: list(namespaceName),
    environments: v.nullish(list(environment), []),
    targetRoleAccounts: v.nullish(list(accountId), []),
    rolePaths: v.nullish(v.pipe(list(rolePath), v.maxLength(100, 'has more than 100 paths.')), ['/pods/{namespace}/']),
    services: list(service),
    permissionSets: list(permissionSet),
    people: v.nullish(list(person), []),
    timeZone: v.nullish(timeZone, 'UTC'),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    const isValid = dataset.typed && dataset.issues === undefined;
    for (const { path, message } of contradictions(dataset.value, isValid)) {
      const [first, ...others] = path.map(
        (key) => ({ type: 'unknown', origin: 'value', input: undefined, key, value: undefined }) as const,
      );
      addIssue({ message, ...(first === undefined ? {} : { path: [first, ...others] }) });
    }
  }),
);
