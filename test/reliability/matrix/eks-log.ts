import type { Association } from '../../../src/model/association.ts';
import { changedTags } from '../../../src/model/tags.ts';
import { changeKind, operationOfToken } from '../eks-facts.ts';
import type { ChangeKind } from '../facts.ts';
import type { Applied } from '../search/eks-behaviour.ts';
import { home } from '../search/home.ts';
import { stepOf } from './steps.ts';
import type { WireRequest } from './steps.ts';

/** An association as EKS returns it: times are seconds since the epoch, tags a map. */
export interface LoggedAssociation extends Omit<
  Association,
  'accountId' | 'region' | 'createdAt' | 'modifiedAt' | 'tags'
> {
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The log of what EKS had in a case, which shares nothing with the implementation. */
export interface EksLog {
  /** The changes that EKS applied, in its order. */
  readonly changes: readonly Applied[];
  /** Logs a change outside of the API of EKS, after it. */
  readonly changedOutside: (kind: ChangeKind, association: LoggedAssociation) => void;
  /** Logs the change of a request, if EKS applied it, by what it really answered at `at`, in milliseconds since the epoch. */
  readonly answered: (
    request: WireRequest,
    answer: { readonly status: number; readonly body: string },
    at: number,
  ) => void;
}

/** An empty log. */
export function makeEksLog(): EksLog {
  const changes: Applied[] = [];
  const add = (kind: ChangeKind, logged: LoggedAssociation, operationId: string | null, deletedAt: number) => {
    const association = associationOf(logged);
    const modifiedAt = kind === 'delete' ? deletedAt : Date.parse(association.modifiedAt);
    changes.push({ kind, operationId, association, modifiedAt, isTooLate: false });
    changes.sort((one, other) => one.modifiedAt - other.modifiedAt);
  };
  /** The answer to a change of tags is empty, and `modifiedAt` stays. */
  const addTags = (kind: 'tag' | 'untag', { url, body }: WireRequest, at: number) => {
    const { pathname, searchParams } = new URL(url, 'http://eks');
    const id = decodeURIComponent(pathname).split('/').at(-1);
    const before = changes.findLast(({ association }) => association.associationId === id)?.association;
    if (!before) return;
    const { tags = {} } = (body === '' ? {} : JSON.parse(body)) as { readonly tags?: Readonly<Record<string, string>> };
    const named = [
      ...Object.entries(tags).map(([key, requested]) => ({ key, requested })),
      ...searchParams.getAll('tagKeys').map((key) => ({ key, requested: null })),
    ];
    const association = { ...before, tags: changedTags(before.tags, named) };
    changes.push({ kind, operationId: null, association, modifiedAt: at, isTooLate: false });
  };
  return {
    changes,
    changedOutside: (kind, association) => add(kind, association, null, Math.round(association.modifiedAt * 1_000)),
    answered: (request, { status, body }, at) => {
      const kind = changeKind(stepOf(request).operation);
      if (kind === null || status !== 200) return;
      if (kind === 'tag' || kind === 'untag') {
        addTags(kind, request, at);
        return;
      }
      const { association } = JSON.parse(body) as { readonly association: LoggedAssociation };
      add(kind, association, operationIdOf(request), at);
    },
  };
}

/** The operation that a create or an update names in its token; null for a delete, which has none. */
function operationIdOf({ body }: WireRequest): string | null {
  if (body === '') return null;
  const { clientRequestToken = null } = JSON.parse(body) as { readonly clientRequestToken?: string };
  return operationOfToken(clientRequestToken);
}

function associationOf({ createdAt, modifiedAt, tags, ...rest }: LoggedAssociation): Association {
  const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
  return { ...home, ...rest, tags: list, createdAt: isoOf(createdAt), modifiedAt: isoOf(modifiedAt) };
}

function isoOf(seconds: number): string {
  return new Date(Math.round(seconds * 1_000)).toISOString();
}
