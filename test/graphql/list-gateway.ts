import type { Dependencies } from '../../src/operations/terms/dependencies.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openForEachTest } from '../support/each-test.ts';
import { openBeside, roleArn } from '../support/gateway.ts';
import type { Gateway } from '../support/gateway.ts';

/** A page of `podIdentityAssociations`. */
interface Page<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** An association with the selected fields. */
type Node = Record<string, unknown> & { readonly associationId: string };

const documentOf = (fields: string) => `
  query ($cluster: String!, $account: String, $region: String, $namespace: String, $serviceAccount: String, $first: Int, $after: String, $yes: Boolean = true, $no: Boolean = false) {
    podIdentityAssociations(clusterName: $cluster, accountId: $account, region: $region, namespace: $namespace, serviceAccount: $serviceAccount, first: $first, after: $after) {
      edges { cursor node { associationId ${fields} } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      also: nodes @include(if: $yes) @skip(if: $no) { associationId }
    }
  }`;

/** The association ids of a page. */
export const idsOf = ({ edges }: Page<Node>) => edges.map(({ node }) => node.associationId);

/**
 * Opens a gateway on an empty ledger for each test of the calling file or suite. Returns functions that use the gateway of
 * the current test.
 */
export function useListGateway(changeAll: (deps: Dependencies) => Dependencies = (deps) => deps) {
  let gateway: Gateway;
  let ledger: Ledger;

  openForEachTest((opened) => ({ gateway, ledger } = opened), { change: changeAll });

  /** Runs `work` on a second gateway with changed dependencies and the same simulated EKS. */
  const withDependencies = async <T>(
    change: (deps: Dependencies) => Dependencies,
    work: (other: Gateway) => Promise<T>,
  ): Promise<T> => work(await openBeside(gateway, { change }));

  /** Creates associations outside the gateway. Returns the ids of the namespace in EKS's order. */
  function fill(count: number, namespace = 'payments', clusterName = 'apps-dev'): string[] {
    for (let index = 0; index < count; index++) {
      const serviceAccount = `sa-${index}`;
      const role = roleArn(`${namespace}/app`);
      gateway.simulator.control.createAssociation({ clusterName, namespace, serviceAccount, roleArn: role });
    }
    return ids(namespace, clusterName);
  }

  /** The ids of the associations of a namespace at EKS, in EKS's order. */
  const ids = (namespace = 'payments', clusterName = 'apps-dev') =>
    gateway.simulator.control
      .associations()
      .filter((association) => association.namespace === namespace && association.clusterName === clusterName)
      .map(({ associationId }) => associationId)
      .sort();

  const listCalls = () => gateway.sent('ListPodIdentityAssociations');
  const describeCalls = () => gateway.sent('DescribePodIdentityAssociation');

  /** Requests a page of payments in apps-dev: `as` a principal, with more `fields`, `by` a gateway. */
  const send = (variables: object, { as = 'alice', fields = '', by = gateway } = {}) =>
    by.send<{ podIdentityAssociations: Page<Node> }>(
      documentOf(fields),
      { cluster: 'apps-dev', namespace: 'payments', ...variables },
      as,
    );

  /** Reads a page. Throws if the response has no data. */
  async function list(variables: object = {}, options = {}): Promise<Page<Node>> {
    const answered = await send(variables, options);
    if (!answered.data) throw new Error(JSON.stringify(answered));
    return answered.data.podIdentityAssociations;
  }

  /** Reads all pages. Returns the ids of each. */
  async function readAll(first: number, variables: object = {}, options = {}): Promise<string[][]> {
    const pages: string[][] = [];
    for (let after: string | null = null; ;) {
      const page = await list({ ...variables, first, after }, options);
      pages.push(idsOf(page));
      if (!page.pageInfo.hasNextPage) return pages;
      after = page.pageInfo.endCursor;
    }
  }

  return {
    /** The gateway of the current test. */
    gateway: () => gateway,
    /** Its ledger. */
    ledger: () => ledger,
    withDependencies,
    fill,
    ids,
    listCalls,
    describeCalls,
    send,
    list,
    readAll,
  };
}
