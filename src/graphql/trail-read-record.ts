import type { ApolloServerPlugin } from '@apollo/server';
import { responsePathAsArray } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import type { RequestContext } from '../queries/terms/request-context.ts';
import { errorAt } from './format-error.ts';

/** A path in an answer. */
type Path = readonly (string | number)[];

/** Where the answer to a request has pages of the trail. */
const pathsOf = new WeakMap<RequestContext, Path[]>();

/**
 * Remembers that a field answers with a page of the trail: it is null in the answer if the read
 * can't be recorded.
 */
export function hasTrailPage(context: RequestContext, { path }: Pick<GraphQLResolveInfo, 'path'>): void {
  const paths = pathsOf.get(context) ?? [];
  pathsOf.set(context, [...paths, responsePathAsArray(path)]);
}

/** Records the reads of the trail of a request before its answer is sent, in one entry. */
export function recordTrailReads(): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: async ({ contextValue, response: { body } }) => {
          const paths = pathsOf.get(contextValue);
          if (paths === undefined || body.kind !== 'single') return;
          try {
            await contextValue.trailReads.record(contextValue.deadline);
          } catch (error) {
            const result = body.singleResult;
            for (const path of paths) setNull(result.data, path);
            result.errors = [...(result.errors ?? []), ...paths.map((path) => errorAt(path, error))];
          }
        },
      }),
  };
}

/**
 * Sets the field at a path to null, unless something above it is null. Every field of a page of the
 * trail is nullable.
 */
function setNull(data: unknown, path: Path): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (isObject(value) ? Reflect.get(value, key) : null), data);
  const field = path.at(-1);
  if (isObject(parent) && field !== undefined) Reflect.set(parent, field, null);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
