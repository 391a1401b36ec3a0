/** How the commands of this folder are called, for help texts and examples. */
export interface Invocation {
  /** E.g. `npm start`. */
  readonly start: string;
  /** E.g. `npm run --silent token --`. */
  readonly token: string;
  /**
   * What another terminal must set before the command of a token, e.g. `LOCAL_FOLDER='/tmp/a' `;
   * empty if nothing.
   */
  readonly variables: string;
  /** Where the defaults of LOCAL_FOLDER and POLICIES_DIRECTORY are. */
  readonly defaults: { readonly folder: string; readonly policies: string };
}

/** The commands as scripts of this repository. */
export const scripts: Invocation = {
  start: 'npm start',
  token: 'npm run --silent token --',
  variables: '',
  defaults: { folder: '.local beside package.json', policies: 'policies beside package.json' },
};

/** A text as one word of a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
