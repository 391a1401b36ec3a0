import { eventWords } from './words.ts';
import type { AuditEvent, OperationKind, RefusalCode } from '../../../../src/generated/types.ts';
import type { TrailPageQueryVariables } from '../generated/trail.ts';

/**
 * What the trail shows, as the parameters of its URL name it: they have the names of the API's
 * arguments.
 */
export type TrailFilter = Omit<TrailPageQueryVariables, 'first' | 'after'>;

/** The kinds of scope, in the order in which they are offered. */
const scopeKinds = ['principal', 'cluster', 'association', 'operation', 'gateway'] as const;

/** Which entries are read. */
export type ScopeKind = (typeof scopeKinds)[number];

/** The parameters that name a scope: another scope clears them. */
export const scopeParams = [
  'scope',
  'principalId',
  'accountId',
  'region',
  'clusterName',
  'namespace',
  'serviceAccount',
  'associationArn',
  'operationId',
] as const;

/**
 * The kind of scope that parameters name or imply: without any, the requests of the person who
 * looks.
 */
export function scopeKindOf(params: URLSearchParams): ScopeKind {
  const named = scopeKinds.find((kind) => kind === params.get('scope'));
  if (named) return named;
  if (params.has('operationId')) return 'operation';
  if (params.has('associationArn')) return 'association';
  if (params.has('clusterName')) return 'cluster';
  return 'principal';
}

/** All events but dry runs and reads of the trail, which change nothing and are most of it. */
const withoutReads = Object.keys(eventWords).filter((event) => event !== 'CHECKED' && event !== 'TRAIL_READ');

/**
 * Whether dry runs and reads of the trail are hidden: where the scope has any, unless the URL asks
 * for them.
 */
export function hidesReads(params: URLSearchParams): boolean {
  const hasThem = ['principal', 'gateway'].includes(scopeKindOf(params));
  return hasThem && !params.get('events') && params.get('reads') !== 'shown';
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
  const events = list('events') ?? (hidesReads(params) ? withoutReads : undefined);
  return {
    scope,
    since: text('since'),
    until: text('until'),
    // What the page does not know, the API refuses by name.
    events: events as AuditEvent[] | undefined,
    operationKinds: list('operationKinds') as OperationKind[] | undefined,
    refusalCodes: list('refusalCodes') as RefusalCode[] | undefined,
    roleArn: text('roleArn'),
    policyId: text('policyId'),
  };
}

function scopeOf(params: URLSearchParams, viewerId: string): TrailFilter['scope'] | null {
  const value = (name: string) => params.get(name) ?? null;
  switch (scopeKindOf(params)) {
    case 'operation': {
      const operationId = value('operationId');
      return operationId === null ? null : { operationId };
    }
    case 'association': {
      const associationArn = value('associationArn');
      return associationArn === null ? null : { associationArn };
    }
    case 'cluster': {
      const clusterName = value('clusterName');
      if (clusterName === null) return null;
      const [accountId, region] = [value('accountId'), value('region')];
      return {
        cluster: {
          accountId,
          region,
          clusterName,
          namespace: value('namespace'),
          serviceAccount: value('serviceAccount'),
        },
      };
    }
    case 'gateway':
      return { gateway: 'ALL_ENTRIES' };
    case 'principal':
      return { principalId: value('principalId') ?? viewerId };
  }
}
