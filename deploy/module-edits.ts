// Changes of the text of modules, for replacements.ts.

/** A module of a package, of which a bundle needs less or nothing. */
export interface Replacement {
  /** A short name. */
  readonly name: string;
  /** What it is for, and why the functions do without it. */
  readonly why: string;
  /** The path of the module's file. */
  readonly path: RegExp;
  /**
   * What takes its place; or a change of its text, which throws an Error where it finds nothing to
   * change.
   */
  readonly contents: string | ((text: string) => string);
}

/** Fails when the module is used, with its name: then the replacement was wrong. */
export const unused = (name: string) =>
  `throw new Error('${name} is not part of the bundle: see deploy/replacements.ts');`;

/** Changes each match in a text. Throws an Error if there is none. */
export function edited(text: string, pattern: RegExp, change: (...groups: string[]) => string): string {
  if (text.search(pattern) === -1) throw new Error(`${pattern} matches nothing: update deploy/replacements.ts.`);
  return text.replace(pattern, change);
}

/**
 * Writes constants where a module uses them as computed names of properties. esbuild can't know
 * that computing them has no effect, and keeps whatever has one.
 */
export function withPlainNames(text: string): string {
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = ("\w+");$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  return edited(text, /\[(\w+)\]:/g, (computed, name = '') => {
    const value = constants.get(name);
    return value === undefined ? computed : `${value}:`;
  });
}

/**
 * Registers only these exceptions with a client. An exception that is not registered is one of the
 * client's base class, with its name and message.
 */
export function withErrors(text: string, names: readonly string[]): string {
  return edited(text, /^n0_registry\.registerError\(\w+\$, (\w+)\);\n/gm, (registration, name = '') =>
    names.includes(name) ? registration : '',
  );
}

/**
 * Leaves members of these types out of the structures of a client: they are neither sent nor read
 * from answers. Throws an Error for a type that no structure has.
 */
export function withoutMembers(text: string, types: readonly string[]): string {
  const missing = new Set(types);
  const shortened = edited(text, /^ {4}\[([^[\]]*)\],\n {4}\[([^[\]]*)\]/gm, (whole, names = '', members = '') => {
    const all = names.split(', ').map((name, index) => ({ name, type: members.split(', ')[index] ?? '' }));
    const kept = all.filter(({ type }) => !types.includes(type.replace('() => ', '')));
    for (const { type } of all) missing.delete(type.replace('() => ', ''));
    if (kept.length === all.length) return whole;
    return `    [${kept.map(({ name }) => name).join(', ')}],\n    [${kept.map(({ type }) => type).join(', ')}]`;
  });
  if (missing.size > 0)
    throw new Error(`No structure has ${[...missing].join(', ')}: update deploy/sdk-replacements.ts.`);
  return shortened;
}

/** The version of a package by its `package.json`, of which the clients of the SDK use nothing else. */
export function versionOf(text: string): string {
  const { version } = JSON.parse(text) as { readonly version: string };
  return `export default ${JSON.stringify({ version })};`;
}
