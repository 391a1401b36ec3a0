/** Values of a view's parameters; null, undefined and empty texts leave a parameter out. */
export type PageParams = Readonly<Record<string, string | null | undefined>>;

/** The views of the page that show one thing by its id. */
const views = { approval: 'approvals', entry: 'trail/entry', operation: 'trail/operation' } as const;

/** The fragment of the page's URL that shows a view. */
export function pageFragment(view: string, params: PageParams = {}): string {
  const given = Object.entries(params).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const query = new URLSearchParams(Object.fromEntries(given)).toString();
  return `#/${view}${query && `?${query}`}`;
}

/**
 * The link to an approval, an entry of the audit trail or an operation on the page.
 *
 * @param pageUrl address of the page, see `GatewayClient.pageUrl`
 */
export function pageLink(pageUrl: string, kind: keyof typeof views, id: string): string {
  return new URL(pageFragment(views[kind], { id }), pageUrl).href;
}
