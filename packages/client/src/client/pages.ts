import type { CallOptions } from './call.ts';

/**
 * A page of a list, as the client's `podIdentityAssociations`, `auditTrail`, `associationDrift`,
 * `associations`, `clusters` and `namespaces` return it.
 */
export interface Page<Item> {
  readonly nodes: readonly Item[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/**
 * The items of a list, page after page:
 * `for await (const entry of itemsOf(client.auditTrail, { scope }))`. The next page is read when
 * its first item is asked for. A page can be empty although more follow. Throws what reading a page
 * throws.
 *
 * @param read a function of the client that returns pages
 * @param variables those of its first page; `first` is the size of each page
 */
export async function* itemsOf<Item, Variables extends { readonly after?: string | null | undefined }>(
  read: (variables: Variables, options?: CallOptions) => Promise<Page<Item>>,
  variables: Variables,
  options?: CallOptions,
): AsyncGenerator<Item, void, undefined> {
  let after = variables.after ?? null;
  for (;;) {
    const { nodes, pageInfo } = await read({ ...variables, after }, options);
    yield* nodes;
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return;
    after = pageInfo.endCursor;
  }
}
