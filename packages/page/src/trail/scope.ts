import type { AuditEvent, OperationKind, RefusalCode } from '../../../../src/generated/types.ts';
import type { TrailPageQueryVariables } from '../generated/trail.ts';
import { eventWords } from './words.ts';

/**
 * What the trail shows, as the parameters of its URL name it: they have the names of the API's
 * arguments.
 */
export type TrailFilter = Omit<TrailPageQueryVariables, 'first' | 'after'>;

/**
 * The kinds of scope, in the order in which they are offered, and the fields of each: the
 * parameter, and what it is called.
 */
export const scopeFields = {
  principal: { principalId: 'Principal (you, if empty)' },
  cluster: {
    clusterName: 'Cluster',
    accountId: 'Account',
    region: 'Region',
    namespace: 'Namespace',
    serviceAccount: 'Service account',
  },
  association: { associationArn: 'ARN of the association' },
  operation: { operationId: 'Id' },
  gateway: {},
} as const;

/** Which entries are read. */
export type ScopeKind = keyof typeof scopeFields;

/** The parameters that name a scope: another scope clears them. */
export const scopeParams = ['scope', ...Object.values(scopeFields).flatMap((fields) => Object.keys(fields))];

/**
 * The kind of scope that parameters name or imply: without any, the requests of the person who
 * looks.
 */
export function scopeKindOf(params: URLSearchParams): ScopeKind {
  const named = params.get('scope') ?? '';
  if (Object.hasOwn(scopeFields, named)) return named as ScopeKind;
  if (params.has('operationId')) return 'operation';
  if (params.has('associationArn')) return 'association';
  return params.has('clusterName') ? 'cluster' : 'principal';
}

/** All events but dry runs and reads of the trail, which change nothing and are most of it. */
const withoutReads = Object.keys(eventWords).filter((event) => event !== 'CHECKED' && event !== 'TRAIL_READ');

/** Whether dry runs and reads of the trail may be among the entries, and the URL does not name events. */
export function hasReads(params: URLSearchParams): boolean {
  return ['principal', 'gateway'].includes(scopeKindOf(params)) && !params.get('events');
}

/**
 * The variables of the query for the parameters of a URL; null while they lack what their scope
 * needs. `viewerId`: whose requests are shown where they name no scope.
 */
export function filterOf(params: URLSearchParams, viewerId: string): TrailFilter | null {
  const text = (name: string) => params.get(name) ?? undefined;
  const list = (name: string) => {
    const values = (params.get(name) ?? '').split(',').filter(Boolean);
    return values.length > 0 ? values : undefined;
  };
  const scope = scopeOf(params, viewerId);
  if (scope === null) return null;
  const hidesReads = hasReads(params) && params.get('reads') !== 'shown';
  return {
    scope,
    since: text('since'),
    until: text('until'),
    // What the page does not know, the API refuses by name.
    events: (list('events') ?? (hidesReads ? withoutReads : undefined)) as AuditEvent[] | undefined,
    operationKinds: list('operationKinds') as OperationKind[] | undefined,
    refusalCodes: list('refusalCodes') as RefusalCode[] | undefined,
    roleArn: text('roleArn'),
    policyId: text('policyId'),
  };
}

function scopeOf(params: URLSearchParams, viewerId: string): TrailFilter['scope'] | null {
  const value = (name: string) => params.get(name);
  const [operationId, associationArn, clusterName] = ['operationId', 'associationArn', 'clusterName'].map(value);
  switch (scopeKindOf(params)) {
    case 'operation':
      return operationId ? { operationId } : null;
    case 'association':
      return associationArn ? { associationArn } : null;
    case 'cluster': {
      const [accountId, region, namespace] = ['accountId', 'region', 'namespace'].map(value);
      if (!clusterName) return null;
      return { cluster: { accountId, region, clusterName, namespace, serviceAccount: value('serviceAccount') } };
    }
    case 'gateway':
      return { gateway: 'ALL_ENTRIES' };
    case 'principal':
      return { principalId: value('principalId') ?? viewerId };
  }
}
