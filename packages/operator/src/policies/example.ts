import { approvalsFile } from '../../../../src/policy/policies/approvals.ts';
import { locatePolicies } from '../../../../src/policy/policies/compile.ts';
import type { PolicySources } from '../../../../src/policy/policies/compile.ts';

/**
 * The policies of a folder with those of an example. One with the `@id` of another replaces it, and
 * those with `@approvers` are added to the file of approvals.
 */
export function withExample({ schema, policies }: PolicySources, file: string, text: string): PolicySources {
  // Valid in this file are only policies that an approval lifts, and in another only others.
  const asking = locatePolicies({ [approvalsFile]: text });
  const example = new Map([...asking, ...locatePolicies({ [file]: text })]);
  const replaced = [...locatePolicies(policies)].flatMap(([id, policy]) => (example.has(id) ? [policy] : []));
  const active = Object.entries(policies).map(([name, content]): [string, string] => {
    const others = replaced.filter((policy) => policy.file === name);
    return [name, without(content, others)];
  });
  const all = new Map([...active, [file, without(text, [...asking.values()])]]);
  const approvals = [all.get(approvalsFile) ?? '', ...[...asking.values()].map((policy) => policy.text)];
  if (asking.size > 0) all.set(approvalsFile, approvals.join('\n'));
  return { schema, policies: Object.fromEntries(all) };
}

/** A text without these policies. */
function without(content: string, policies: readonly { readonly text: string }[]): string {
  return policies.reduce((rest, { text }) => rest.replace(text, () => ''), content);
}
