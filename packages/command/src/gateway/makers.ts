import type { Association } from '../../../client/src/client/result.ts';

/**
 * How tools mark what they make, by the beginning of a tag's key. Terraform and OpenTofu mark
 * nothing by themselves.
 */
const prefixes: readonly (readonly [string, string])[] = [
  ['alpha.eksctl.io/', 'eksctl'],
  ['eksctl.', 'eksctl'],
  ['services.k8s.aws/', 'ACK'],
  ['crossplane-', 'Crossplane'],
  ['aws:cloudformation:', 'CloudFormation'],
];

/**
 * The tool that made an association, as far as its owner and tags tell; null: they don't. A tag is
 * a hint: anyone can set it.
 */
export function makerOf({ ownerArn, tags }: Pick<Association, 'ownerArn' | 'tags'>): string | null {
  if (ownerArn !== null) return 'EKS add-on';
  const marked = prefixes.find(([prefix]) => tags.some(({ key }) => key.startsWith(prefix)));
  if (marked) return marked[1];
  const named = ['Terraform', 'OpenTofu'].find((name) =>
    tags.some(({ key, value }) => `${key} ${value}`.toLowerCase().includes(name.toLowerCase())),
  );
  return named ?? null;
}
