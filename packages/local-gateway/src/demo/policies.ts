import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const id = 'production-needs-security';

/** A second person for production. Nothing else in the demo is about a production cluster. */
const approvals = `@id("${id}")
@message("New associations in production need a second person.")
@advice("Ask a member of the group security to approve it.")
@approvers("security")
forbid (principal, action == PodIdentity::Action::"CreatePodIdentityAssociation", resource)
when { resource.cluster.production };
`;

/** Copies the example policies to a folder, with a rule that an approval lifts. */
export async function copyPolicies(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  await writeFile(join(to, 'approvals.cedar'), approvals);
  const required = join(to, 'required-policies.json');
  const ids = JSON.parse(await readFile(required, 'utf8')) as readonly string[];
  await writeFile(required, JSON.stringify([...ids, id]));
}
