import { GeneralError } from '../aws/errors.ts';
import { goneText } from '../gateway/coverage.ts';
import type { Compound } from './compound.ts';
import { textOf, withSession, writeText } from './compound.ts';
import { clusterKeyOf, keyOf } from './declaration.ts';
import { maxAssociations } from './expand.ts';
import type { KnownCluster } from './expand.ts';
import { fold } from './fold.ts';
import type { Written } from './fold.ts';
import { inferSelectors } from './infer-selectors.ts';
import type { InferredSelector } from './infer-selectors.ts';
import { readAssociations, readClusters } from './observe.ts';
import type { Coverage, SeenAssociation } from './observe.ts';
import { statedOf } from './states.ts';
import { bindingsText } from './write.ts';

/** As many bindings as a declaration can have. */
const maxBindings = 20_000;
/** As many clusters as a message names of one selector. */
const maxNamed = 10;

/**
 * Writes a declaration of exactly the associations that were observed. Those of EKS add-ons are
 * left out: the add-ons declare them. Exits with 0, also if --allow-partial left clusters out.
 */
export async function runExport(compound: Compound): Promise<number> {
  const { values, host } = compound;
  const { associations, coverage, clusters } = await readFleet(compound);
  const unknown = coverage.filter(({ isKnown }) => !isKnown).map(coveredName);
  if (unknown.length > 0 && values.allowPartial !== true) {
    throw new GeneralError(
      `Not known yet, so nothing is written: ${unknown.join(', ')}. To leave them out: --allow-partial`,
    );
  }
  const left = new Set(unknown);
  const known = associations.filter((one) => !left.has(clusterKeyOf(one)));
  const { addOns, inexpressible, expressible } = classified(known);
  const folded = fold(writtenOf(expressible, clusters));
  if (folded.length > maxBindings) throw new GeneralError(tooMany(String(expressible.length)));
  const inference = values.inferSelectors === true ? inferSelectors(clusters) : null;
  const text = bindingsText(textOf(values, 'name') ?? 'exported', folded, {
    selectorsOf: inference?.selectorsOf,
    comment: unknown.length === 0 ? [] : partialComment(unknown),
  });
  const path = textOf(values, 'outputFile');
  if (path === null) host.write(text);
  else writeText(path, text);
  const notes = [
    ...(inference?.inferred() ?? []).map(takenLine),
    ...coverage.flatMap((one) => (one.goneSince === null ? [] : [goneText(coveredName(one), one.goneSince)])),
    ...(unknown.length > 0 ? [`Not known yet, and left out: ${unknown.join(', ')}.`] : []),
    ...inexpressible.map((one) => `${keyOf(one)} is left out: a declaration can't have an ARN with { or }.`),
    ...(addOns.length > 0 ? [`${addOns.length} associations of EKS add-ons are left out.`] : []),
  ];
  host.writeError(notes.map((note) => `${note}\n`).join(''));
  return 0;
}

async function readFleet(compound: Compound) {
  const { values } = compound;
  const filter = {
    clusterName: textOf(values, 'clusterName'),
    namespace: textOf(values, 'namespace'),
    accountId: textOf(values, 'accountId'),
    region: textOf(values, 'clusterRegion'),
  };
  return withSession(compound, async ({ client, signal }) => {
    const [read, clusters] = await Promise.all([
      readAssociations(client, filter, { signal }, atMost(maxAssociations)),
      readClusters(client, { name: '', bindings: [] }, { signal }),
    ]);
    return { ...read, clusters };
  });
}

/** Ends the reading of associations once a declaration can't have all that no add-on owns. */
function atMost(limit: number): (page: readonly SeenAssociation[]) => void {
  let count = 0;
  return (page) => {
    count += page.filter(({ ownerArn }) => ownerArn === null).length;
    if (count > limit) throw new GeneralError(tooMany(`More than ${limit}`));
  };
}

function writtenOf(associations: readonly SeenAssociation[], clusters: readonly KnownCluster[]): readonly Written[] {
  const environments = new Map(clusters.map((cluster) => [clusterKeyOf(cluster), cluster.environment]));
  return associations.map((one) => {
    const { accountId, region, clusterName, namespace, serviceAccount } = one;
    return {
      target: { accountId, region, clusterName, namespace, serviceAccount },
      state: statedOf(one),
      environment: environments.get(clusterKeyOf(one)),
    };
  });
}

/** Associations by whether a declaration can have them. In a template, braces are placeholders. */
function classified(associations: readonly SeenAssociation[]) {
  const own = associations.filter(({ ownerArn }) => ownerArn === null);
  const isExpressible = ({ roleArn, targetRoleArn }: SeenAssociation) => !/[{}]/.test(roleArn + (targetRoleArn ?? ''));
  return {
    addOns: associations.filter(({ ownerArn }) => ownerArn !== null),
    expressible: own.filter(isExpressible),
    inexpressible: own.filter((one) => !isExpressible(one)),
  };
}

function coveredName({ accountId, region, clusterName }: Coverage): string {
  return clusterKeyOf({ accountId, region, clusterName });
}

function partialComment(unknown: readonly string[]): readonly string[] {
  return [
    'Without these clusters, which were not known yet. Do not plan with --prune under a name that made associations there.',
    ...[...unknown].sort(),
  ];
}

/** Which clusters a selector takes. */
function takenLine({ selector, clusters }: InferredSelector): string {
  const names = clusters.map(clusterKeyOf).sort();
  const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '';
  return `The selector ${JSON.stringify(selector)} takes ${names.slice(0, maxNamed).join(', ')}${more}, and every later cluster that matches.`;
}

function tooMany(count: string): string {
  return `${count} associations do not fit into one declaration of ${maxAssociations} associations and ${maxBindings} bindings. Select fewer: --cluster-name, --namespace, --account-id or --cluster-region`;
}
