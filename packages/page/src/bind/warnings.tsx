import type { Warning } from '../../../client/src/client/result.ts';

/** The code of the warning that IAM does not have the role. */
export const roleMissing = 'ROLE_NOT_FOUND';

/** What can keep pods from using an association, and what they need. */
export function Warnings({ warnings }: { readonly warnings: readonly Warning[] }) {
  return warnings.map(({ code, message, advice }) => (
    <p key={`${code}${message}`} class="notice">
      <bdi>{message}</bdi> <bdi>{advice}</bdi>
    </p>
  ));
}
