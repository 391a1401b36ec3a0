import { setTimeout as sleep } from 'node:timers/promises';
import type { Binding, BindingSpec, Condition } from '../src/binding.ts';
import { bindings, serviceAccounts } from './api-server/kinds.ts';
import type { ApiServer } from './api-server/server.ts';

export const roleArn = (name: string) => `arn:aws:iam::111122223333:role/pods/${name}`;

/** What a team writes. */
export function declare(
  cluster: ApiServer,
  namespace: string,
  name: string,
  spec: Partial<BindingSpec>,
  createdAt?: string,
): void {
  const metadata = { name, ...(createdAt && { creationTimestamp: createdAt }) };
  const full = { serviceAccount: name, roleArn: roleArn(`${namespace}/${namespace}-api`), ...spec };
  const { serviceAccountPattern } = spec;
  const given = serviceAccountPattern === undefined ? full : { ...full, serviceAccount: undefined };
  cluster.store.create(bindings, namespace, { metadata, spec: JSON.parse(JSON.stringify(given)) as object } as never);
}

/** Changes the specification of a resource, or its annotations. */
export function change(
  cluster: ApiServer,
  namespace: string,
  name: string,
  spec: object,
  annotations?: Record<string, string>,
): void {
  cluster.store.update(bindings, namespace, name, 'main', (now) => ({
    ...now,
    metadata: { ...now.metadata, ...(annotations && { annotations }) },
    spec: { ...(now.spec as object), ...spec },
  }));
}

export function bindingIn(cluster: ApiServer, namespace: string, name: string): Binding | undefined {
  const found = cluster.store.list(bindings, namespace).find(({ metadata }) => metadata.name === name);
  return found && ({ ...found, namespace, name, status: found.status ?? {} } as unknown as Binding);
}

/** The conditions of a resource, as `type=status:reason`. */
export function conditionsIn(cluster: ApiServer, namespace: string, name: string): readonly string[] {
  const conditions: readonly Condition[] = bindingIn(cluster, namespace, name)?.status.conditions ?? [];
  return conditions.map(({ type, status, reason }) => `${type}=${status}:${reason}`);
}

export function messageIn(cluster: ApiServer, namespace: string, name: string, type = 'Ready'): string {
  return bindingIn(cluster, namespace, name)?.status.conditions?.find((one) => one.type === type)?.message ?? '';
}

export function addServiceAccount(cluster: ApiServer, namespace: string, name: string): void {
  cluster.store.create(serviceAccounts, namespace, { metadata: { name } } as never);
}

/** Waits until a check passes; then its error is that of the last attempt. */
export async function eventually(check: () => unknown, ms = 6_000): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(50);
    }
  }
}
