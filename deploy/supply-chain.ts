import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Licences of packages in the bundles that the project accepts: permissive ones, as SPDX names
 * them.
 */
const accepted = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);

/**
 * Files of a build about the packages in its bundles. They belong to the release, not into the
 * deployed package.
 */
export const sbomFile = 'sbom.json';
/** Of the page: a part of the other by the time that a build is done. */
export const pageSbomFile = 'sbom-page.json';
export const noticeFile = 'NOTICE.txt';

/** The parts of a CycloneDX document that are used here. */
interface Bom {
  readonly metadata: { readonly component: { readonly 'bom-ref': string } };
  readonly components: readonly BomComponent[];
  readonly dependencies?: readonly Dependency[];
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

/** A component, with its name in the document. */
interface BomComponent extends Component {
  readonly 'bom-ref': string;
}

/** The parts of a CycloneDX component that are used here. */
export interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly licenses?: readonly License[];
  readonly evidence?: { readonly licenses?: readonly License[] };
}

interface License {
  /** An SPDX expression. */
  readonly expression?: string;
  readonly license?: {
    /** An SPDX identifier. */
    readonly id?: string;
    readonly name?: string;
    readonly text?: { readonly content: string };
  };
}

/** Why the licences of packages can't be accepted, one sentence each; empty when they can. */
export function licenseProblems(components: readonly Component[]): string[] {
  return components.flatMap((component) => {
    const terms = licensesOf(component).flatMap((each) => each.split(/[()\s]+|\bAND\b/).filter((term) => term !== ''));
    if (terms.length === 0) return [`${labelOf(component)} names no licence: find out before you ship it.`];
    return terms
      .filter((term) => !accepted.has(term))
      .map((term) => `${labelOf(component)} has the licence ${term}, which is not accepted in deploy/supply-chain.ts.`);
  });
}

/** The licences and notices of packages, as a text to ship with them. */
export function noticeOf(components: readonly Component[]): string {
  const sections = components.map((component) => {
    const texts = (component.evidence?.licenses ?? []).flatMap(({ license }) => license?.text?.content ?? []);
    const decoded = texts.map((text) => Buffer.from(text, 'base64').toString('utf8').trim());
    return [`${labelOf(component)} (${licensesOf(component).join(', ')})`, ...decoded].join('\n\n');
  });
  return `The bundles contain these packages.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function licensesOf({ licenses = [] }: Component): string[] {
  return licenses.flatMap(({ expression, license }) => expression ?? license?.id ?? license?.name ?? []);
}

function labelOf(component: Component): string {
  return `${packageOf(component)}@${component.version ?? 'unknown'}`;
}

function packageOf({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`;
}

/**
 * Checks the licences in the bill of materials of a build, completes it, and writes the notice
 * beside it. Throws an Error that lists licences that are not accepted. `inputs` are the files in
 * the bundles, relative to `root`.
 */
export async function finishSupplyChain(root: string, outdir: string, inputs: readonly string[]): Promise<void> {
  const [file, pageFile] = [join(outdir, sbomFile), join(outdir, pageSbomFile)];
  const sbom = JSON.parse(await readFile(file, 'utf8')) as Bom;
  const page = JSON.parse(await readFile(pageFile, 'utf8')) as Bom;
  await rm(pageFile);
  const listed = [...sbom.components, ...page.components];
  const completed = await Promise.all(listed.map((component) => ofPackage(root, component, inputs)));
  const all = [...(sbom.dependencies ?? []), ...dependenciesOfPart(page, sbom)];
  const { components, dependencies } = withoutDuplicates(completed, all);
  const problems = licenseProblems(components);
  if (problems.length > 0) {
    throw new Error(`The bundles contain packages that can't be shipped:\n${problems.join('\n')}`);
  }
  await writeFile(file, `${JSON.stringify({ ...sbom, components, dependencies }, null, 2)}\n`);
  await writeFile(join(outdir, noticeFile), noticeOf(components));
}

/** The dependencies of a part: what it depends on by itself, the whole depends on. */
function dependenciesOfPart({ metadata, dependencies = [] }: Bom, whole: Bom): Dependency[] {
  const [own, root] = [metadata.component['bom-ref'], whole.metadata.component['bom-ref']];
  return dependencies.map(({ ref, ...rest }) => ({ ...rest, ref: ref === own ? root : ref }));
}

/** The part of a package.json that is used here. */
interface Manifest {
  readonly version?: string;
  readonly license?: string;
}

/**
 * The component with version and licence of its package. A folder inside a package, such as `esm`,
 * can have a package.json of its own without a licence, and with a version that its author forgot
 * to raise.
 */
async function ofPackage(root: string, component: BomComponent, inputs: readonly string[]): Promise<BomComponent> {
  if (licensesOf(component).length > 0) return component;
  const folder = `node_modules/${packageOf(component)}/`;
  const path = inputs.find((each) => each.includes(folder));
  if (path === undefined) return component;
  const packageFolder = path.slice(0, path.lastIndexOf(folder) + folder.length);
  const manifest = JSON.parse(await readFile(join(root, packageFolder, 'package.json'), 'utf8')) as Manifest;
  const { version = component.version, license } = manifest;
  return {
    ...component,
    ...(version === undefined ? {} : { version }),
    ...(license === undefined ? {} : { licenses: [{ expression: license }] }),
  };
}

/**
 * Merges the components of one package and version: what depends on a dropped one depends on the
 * kept one.
 */
function withoutDuplicates(all: readonly BomComponent[], dependencies: readonly Dependency[]) {
  const kept = new Map<string, BomComponent>();
  for (const component of all) {
    const label = labelOf(component);
    // The one with texts of licences was read from the package itself.
    if (!kept.has(label) || component.evidence?.licenses !== undefined) kept.set(label, component);
  }
  const refs = new Map(all.map((component) => [component['bom-ref'], kept.get(labelOf(component))?.['bom-ref']]));
  const refOf = (ref: string) => refs.get(ref) ?? ref;
  const merged = new Map<string, Set<string>>();
  for (const { ref, dependsOn = [] } of dependencies) {
    const targets = merged.get(refOf(ref)) ?? new Set();
    for (const target of dependsOn) targets.add(refOf(target));
    merged.set(refOf(ref), targets);
  }
  return {
    components: [...kept.values()],
    dependencies: [...merged].map(([ref, targets]) => ({ ref, dependsOn: [...targets] })),
  };
}
