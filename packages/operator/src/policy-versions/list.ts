import type { LedgerSettings } from '../../../local-gateway/src/settings.ts';
import type { ListedRelease, Release } from '../../../../src/policy-versions/policy-version.ts';
import type { Context } from '../cli/command.ts';
import { withPolicyStore } from '../session.ts';

/** Lists versions, the newest first. Gives the exit code. */
export function list(limit: number, { settings, print }: Context<LedgerSettings>): Promise<number> {
  return withPolicyStore(settings, async (store) => {
    const releases = await store.releases(limit);
    if (releases.length === 0) print('Nothing has been published: the policies of the package are in force.');
    releases.forEach((listed, index) => print(`${index === 0 ? '* ' : '  '}${describe(listed)}`));
    return 0;
  });
}

function describe({ number, release }: ListedRelease): string {
  if (release === null) return `${number}  of another format`;
  const { publishedAt, publishedBy, reason, rollbackTo } = release;
  const what = rollbackTo === null ? 'published' : `rolled back to ${rollbackTo}`;
  return `${number}  ${publishedAt}  ${what} by ${publishedBy}${reason === null ? '' : `: ${JSON.stringify(reason)}`}
     ${hashLine(release)}`;
}

function hashLine({ policySetHash, inventoryHash, versionHash }: Release): string {
  return `policy set ${policySetHash}, inventory ${inventoryHash}, content ${versionHash}`;
}
