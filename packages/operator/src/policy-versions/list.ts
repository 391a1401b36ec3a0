import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { ListedVersion, PolicyVersion } from '../../../../src/policy-versions/policy-version.ts';
import type { Context } from '../cli/command.ts';
import { withPolicyStore } from '../session.ts';

/** Lists versions, the newest first. Gives the exit code. */
export function list(limit: number, { settings, print }: Context<LedgerSettings>): Promise<number> {
  return withPolicyStore(settings, async (store) => {
    const published = await store.versions(limit);
    if (published.length === 0) print('Nothing has been published: the policies of the package are in force.');
    published.forEach((listed, index) => print(`${index === 0 ? '* ' : '  '}${describe(listed)}`));
    return 0;
  });
}

function describe({ number, version }: ListedVersion): string {
  if (version === null) return `${number}  of another format`;
  const { publishedAt, publishedBy, reason, rollbackTo } = version;
  const what = rollbackTo === null ? 'published' : `rolled back to ${rollbackTo}`;
  return `${number}  ${publishedAt}  ${what} by ${publishedBy}${reason === null ? '' : `: ${JSON.stringify(reason)}`}
     ${hashLine(version)}`;
}

function hashLine({ policySetHash, inventoryHash, versionHash }: PolicyVersion): string {
  return `policy set ${policySetHash}, inventory ${inventoryHash}, content ${versionHash}`;
}
