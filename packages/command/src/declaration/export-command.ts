import { GeneralError } from '../aws/errors.ts';
import type { Compound } from './compound.ts';
import { textOf, withSession, writeText } from './compound.ts';
import { goneText } from '../gateway/coverage.ts';
import { readAssociations } from './observe.ts';
import { statedOf } from './planner.ts';
import { declarationText } from './write.ts';

/**
 * Writes a declaration of the associations that were observed. Those of EKS add-ons are left out:
 * the add-ons declare them.
 */
export async function runExport(compound: Compound): Promise<number> {
  const { values, host } = compound;
  const filter = {
    clusterName: textOf(values, 'clusterName'),
    namespace: textOf(values, 'namespace'),
    accountId: textOf(values, 'accountId'),
    region: textOf(values, 'clusterRegion'),
  };
  const { associations, coverage } = await withSession(compound, ({ client, signal }) =>
    readAssociations(client, filter, { signal }),
  );
  const missing = coverage.filter(({ isKnown }) => !isKnown);
  if (missing.length > 0) {
    const names = missing.map(({ accountId, region, clusterName }) => `${accountId}/${region}/${clusterName}`);
    throw new GeneralError(`Not known yet, so nothing is written: ${names.join(', ')}.`);
  }
  const own = associations.filter(({ ownerArn }) => ownerArn === null);
  const written = own.map((one) => {
    const { accountId, region, clusterName, namespace, serviceAccount } = one;
    return { target: { accountId, region, clusterName, namespace, serviceAccount }, state: statedOf(one) };
  });
  const text = declarationText(textOf(values, 'name') ?? 'exported', written);
  const path = textOf(values, 'outputFile');
  if (path === null) host.write(text);
  else writeText(path, text);
  const left = associations.length - own.length;
  for (const { accountId, region, clusterName, goneSince } of coverage)
    if (goneSince !== null) host.writeError(`${goneText(`${accountId}/${region}/${clusterName}`, goneSince)}\n`);
  if (left > 0) host.writeError(`${left} associations of EKS add-ons are left out.\n`);
  return 0;
}
