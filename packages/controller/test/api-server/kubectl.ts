import { definition } from './kinds.ts';
import type { Kind, Store, Stored } from './store.ts';

/** What clients such as kubectl read to learn which kinds there are; null for another path. */
export function discovery({ kinds }: Pick<Store, 'kinds'>, path: string): object | null {
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '');
  const versionOf = (group: string) => kinds.find((kind) => kind.group === group)?.version ?? '';
  const groupOf = (name: string) => {
    const version = { groupVersion: `${name}/${versionOf(name)}`, version: versionOf(name) };
    return { name, versions: [version], preferredVersion: version };
  };
  if (path === '/version') return { major: '1', minor: '32', gitVersion: 'v1.32.0' };
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupOf) };
  const group = path === '/api/v1' ? '' : groups.find((name) => path === `/apis/${name}/${versionOf(name)}`);
  if (group === undefined) return null;
  const { singular, shortNames } = definition.spec.names;
  const resources = kinds
    .filter((kind) => kind.group === group)
    .map(({ plural: name, kind, namespaced }) => ({
      ...{ name, kind, namespaced, singularName: kind === definition.spec.names.kind ? singular : kind.toLowerCase() },
      verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
      ...(kind === definition.spec.names.kind && { shortNames }),
    }));
  const groupVersion = group === '' ? 'v1' : `${group}/${versionOf(group)}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** Objects as the table that `kubectl get` asks for: their names, and the columns of the custom resource definition. */
export function tableOf(kind: Kind, objects: readonly Stored[], version: string): object {
  const own = kind.kind === definition.spec.names.kind ? definition.spec.versions[0].additionalPrinterColumns : [];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: version },
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', description: '', priority: 0 },
      ...own.map(({ name, type, priority = 0 }) => ({ name, type, format: '', description: '', priority })),
    ],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...own.map(({ jsonPath }) => valueAt(object, jsonPath))],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

/** The value at a path such as `.status.conditions[?(@.type=="Ready")].status`; null without one. */
export function valueAt(object: unknown, path: string): unknown {
  const steps = [...path.matchAll(/\.(\w+)(?:\[\?\(@\.(\w+)=="([^"]*)"\)\])?/g)];
  const found = steps.reduce<unknown>((value, [, field = '', key, text]) => {
    const next = (value as Record<string, unknown> | undefined)?.[field];
    if (key === undefined) return next;
    return (next as Record<string, unknown>[] | undefined)?.find((one) => one[key] === text);
  }, object);
  return found ?? null;
}
