import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import type { Kind } from './store.ts';

/** A column that `kubectl get` prints. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority?: number;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly plural: string;
      readonly kind: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
    };
    readonly versions: readonly [
      {
        readonly name: string;
        readonly schema: { readonly openAPIV3Schema: object };
        readonly additionalPrinterColumns: readonly Column[];
      },
    ];
  };
}

/** The custom resource definition, as it is shipped. */
export const definition = parse(
  readFileSync(join(import.meta.dirname, '../../chart/crds/podidentitybindings.yaml'), 'utf8'),
) as Definition;

const [version] = definition.spec.versions;
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { int64: true, 'date-time': (text: string) => !Number.isNaN(Date.parse(text)) },
});
const isValid = ajv.compile(version.schema.openAPIV3Schema);

export const bindings: Kind = {
  group: definition.spec.group,
  version: version.name,
  plural: definition.spec.names.plural,
  kind: definition.spec.names.kind,
  namespaced: true,
  hasStatus: true,
  fault: (object) => (isValid(object) ? null : ajv.errorsText(isValid.errors)),
};

const core = { group: '', version: 'v1', namespaced: true, hasStatus: false };
export const namespaces: Kind = { ...core, plural: 'namespaces', kind: 'Namespace', namespaced: false };
export const pods: Kind = { ...core, plural: 'pods', kind: 'Pod', hasStatus: true };
export const serviceAccounts: Kind = { ...core, plural: 'serviceaccounts', kind: 'ServiceAccount' };
export const events: Kind = { ...core, plural: 'events', kind: 'Event' };
export const leases: Kind = { ...core, group: 'coordination.k8s.io', plural: 'leases', kind: 'Lease' };

// Namespaces last: their paths begin as those of what is in them.
export const kinds: readonly Kind[] = [pods, serviceAccounts, events, leases, bindings, namespaces];
