// Changes of the text of modules, for replacements.ts.

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
 * The exceptions of GetRole in the API reference of IAM. An exception that is not registered is one
 * of the client's base class.
 */
const roleErrors = ['NoSuchEntityException', 'ServiceFailureException'];

/** Registers only the exceptions of GetRole with the client of IAM. */
export function withRoleErrors(text: string): string {
  return edited(text, /^n0_registry\.registerError\(\w+\$, (\w+)\);\n/gm, (registration, name = '') =>
    roleErrors.includes(name) ? registration : '',
  );
}
