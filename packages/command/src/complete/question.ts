import { eventNames } from '../gateway/choices.ts';
import type { GatewayClient } from '../../../client/src/client/client.ts';
import type { ApprovalScope } from '../../../client/src/generated/operations.ts';
import type { Line } from './line.ts';

/** What is asked of the gateway. Equal questions have equal JSON texts. */
export type Question =
  | { readonly kind: 'clusters'; readonly accountId?: string | undefined }
  | { readonly kind: 'namespaces' | 'associations'; readonly place: Place }
  | { readonly kind: 'roles'; readonly place: Place; readonly isForCreate: boolean; readonly tags: readonly Tag[] }
  | { readonly kind: 'approvals'; readonly scopes: readonly ('pending' | 'own')[] };

interface Place {
  readonly clusterName: string;
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  readonly namespace?: string | undefined;
  readonly serviceAccount?: string | undefined;
}

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** The most that is read: of what is longer, completion knows the beginning. */
const [pageSize, maxPages] = [100, 5];

/** The question about the values of a parameter; null where the line lacks what it needs. */
export function questionOf({ command, values, parameter }: Line, region: string | null): Question | null {
  const textOf = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const accountId = textOf('accountId');
  if (parameter === 'approvalId') {
    const isOwn = command.name === 'resume' || command.name === 'withdraw-approval';
    const scopes = command.name === 'approval' ? (['pending', 'own'] as const) : ([isOwn ? 'own' : 'pending'] as const);
    return { kind: 'approvals', scopes };
  }
  if (parameter === 'clusterName') return { kind: 'clusters', accountId };
  const clusterName = textOf('clusterName');
  if (clusterName === undefined) return null;
  const cluster = { clusterName, accountId, region: textOf('clusterRegion') ?? region ?? undefined };
  if (parameter === 'namespace') return { kind: 'namespaces', place: cluster };
  const place = { ...cluster, namespace: textOf('namespace'), serviceAccount: textOf('serviceAccount') };
  if (parameter === 'associationId') return { kind: 'associations', place };
  const isForCreate = command.operation.endsWith('CreatePodIdentityAssociation');
  return { kind: 'roles', place, isForCreate, tags: tagsOf(textOf('tags') ?? '') };
}

/** Tags in their plain form. Others, such as a file's, are not read to complete a word. */
function tagsOf(text: string): readonly Tag[] {
  if (!/^[^=,'"{}[\]]+=[^=,'"{}[\]]*(,[^=,'"{}[\]]+=[^=,'"{}[\]]*)*$/.test(text)) return [];
  return text.split(',').map((one) => {
    const [key = '', value = ''] = one.split('=');
    return { key, value };
  });
}

/** The values after a list of events that ends with the beginning of one. No gateway is asked. */
export function eventValues(current: string): readonly string[] {
  const before = current.slice(0, current.lastIndexOf(',') + 1);
  const given = before.split(',');
  return eventNames.filter((name) => !given.includes(name)).map((name) => before + name);
}

/** Asks a gateway. */
export async function ask(client: GatewayClient, question: Question, signal: AbortSignal): Promise<readonly string[]> {
  const options = { signal };
  switch (question.kind) {
    case 'clusters': {
      const { accountId } = question;
      const clusters = await allOf((page) => client.clusters(page, options));
      return clusters
        .filter((one) => accountId === undefined || one.accountId === accountId)
        .map((one) => one.clusterName);
    }
    case 'namespaces': {
      const { clusterName, accountId, region } = question.place;
      const place = { clusterName, accountId, region };
      const names = (await allOf((page) => client.namespaces({ ...place, ...page }, options))).map(({ name }) => name);
      // The inventory also has patterns of names.
      return names.filter((name) => !name.includes('*'));
    }
    case 'associations': {
      const list = await allOf((page) => client.associations({ filter: question.place, ...page }, options));
      return list.map(({ associationId }) => associationId);
    }
    case 'roles':
      return rolesOf(client, question, signal);
    case 'approvals': {
      const scopes = { pending: undefined, own: { own: 'OPEN' } satisfies ApprovalScope };
      const lists = question.scopes.map((scope) =>
        allOf((page) => client.approvals({ scope: scopes[scope], ...page }, options)),
      );
      return (await Promise.all(lists)).flat().map(({ id }) => id);
    }
  }
}

/**
 * The roles that may be bound to the service account of a create; where none are known, as without
 * a tag that policy requires, and for other commands, those of associations.
 */
async function rolesOf(
  client: GatewayClient,
  { place, isForCreate, tags }: Extract<Question, { kind: 'roles' }>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { namespace, serviceAccount, ...cluster } = place;
  if (isForCreate && namespace !== undefined && serviceAccount !== undefined) {
    const roles = await client.bindableRoles({ ...cluster, namespace, serviceAccount, tags: [...tags] }, { signal });
    // Policy and inventory also have patterns of ARNs.
    const known = roles.map(({ roleArn }) => roleArn).filter((roleArn) => !roleArn.includes('*'));
    if (known.length > 0) return known;
  }
  const filter = { ...cluster, namespace, serviceAccount: isForCreate ? undefined : serviceAccount };
  const list = await allOf((page) => client.associations({ filter, ...page }, { signal }));
  return list.map(({ roleArn }) => roleArn);
}

interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function allOf<Node>(
  read: (page: { readonly first: number; readonly after: string | undefined }) => Promise<Page<Node>>,
): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await read({ first: pageSize, after });
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage || page.pageInfo.endCursor === null) break;
    after = page.pageInfo.endCursor;
  }
  return nodes;
}
