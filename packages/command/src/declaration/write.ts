import { Document } from 'yaml';
import { absentValue } from '../../../client/src/client/setting-fields.ts';
import { fold } from './fold.ts';
import type { Folded, Written, WrittenCluster } from './fold.ts';

/** Selects clusters: a name, or fields that must all match. */
export type WrittenSelector = string | Readonly<Partial<Record<SelectorField, string>>>;

type SelectorField = 'clusterName' | 'environment' | 'accountId' | 'region';

export interface WriteOptions {
  /** The selectors of the clusters of a binding; by default, one for each. */
  readonly selectorsOf?: ((clusters: readonly WrittenCluster[]) => readonly WrittenSelector[]) | undefined;
  /** Lines of comment before the declaration. */
  readonly comment?: readonly string[];
}

/** As many items as a list of a binding can have. */
export const maxItems = 1_000;

/**
 * The text of a declaration that stands for exactly these associations, whose service accounts
 * differ. The same set has the same text.
 */
export function declarationText(name: string, written: readonly Written[]): string {
  return bindingsText(name, fold(written));
}

/** The text of a declaration of folded bindings. Lists with more than 1,000 items are divided. */
export function bindingsText(name: string, folded: readonly Folded[], options: WriteOptions = {}): string {
  const { comment = [] } = options;
  const selectorsOf = options.selectorsOf ?? ((clusters) => clusters.map(selectorOf));
  const document = new Document(null);
  // One line for each cluster.
  const inFlow = (selector: WrittenSelector) => document.createNode(selector, { flow: true });
  const bindings = folded.flatMap((binding) =>
    divided(binding, selectorsOf(binding.clusters)).map(({ selectors, ...lists }) =>
      bindingOf(binding, { clusters: selectors.map(inFlow), ...lists }),
    ),
  );
  document.contents = document.createNode({ version: 1, name, bindings }, { aliasDuplicateObjects: false });
  document.commentBefore = comment.map((line) => ` ${line}`).join('\n');
  return document.toString({ lineWidth: 0 });
}

/** A cluster by all that identifies it, so that the declaration never means another of the same name. */
export function selectorOf({ clusterName, accountId, region }: WrittenCluster): WrittenSelector {
  return accountId === undefined || region === undefined ? clusterName : { clusterName, accountId, region };
}

function bindingOf({ state }: Folded, lists: object): object {
  const { roleArn, targetRoleArn, tags, ...others } = state;
  const given = Object.entries(others).filter(([name, value]) => value !== absentValue(name as keyof typeof others));
  const sortedTags = Object.entries(tags).sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    roleArn,
    ...(targetRoleArn !== null && { targetRoleArn }),
    ...lists,
    ...(sortedTags.length > 0 && { tags: Object.fromEntries(sortedTags) }),
    ...Object.fromEntries(given),
  };
}

function divided({ namespaces, serviceAccounts }: Folded, selectors: readonly WrittenSelector[]) {
  return chunks(selectors).flatMap((someSelectors) =>
    chunks(namespaces).flatMap((someNamespaces) =>
      chunks(serviceAccounts).map((someAccounts) => ({
        selectors: someSelectors,
        namespaces: someNamespaces,
        serviceAccounts: someAccounts,
      })),
    ),
  );
}

function chunks<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const count = Math.ceil(items.length / maxItems);
  return Array.from({ length: count }, (_, index) => items.slice(index * maxItems, (index + 1) * maxItems));
}
