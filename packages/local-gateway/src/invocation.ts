/** How the commands of this folder are called, for help texts and examples. */
export interface Invocation {
  /** E.g. `npm start`. */
  readonly start: string;
  /** E.g. `npm run --silent token --`. */
  readonly token: string;
  /** Where the defaults of LOCAL_FOLDER and POLICIES_DIRECTORY are. */
  readonly defaults: { readonly folder: string; readonly policies: string };
}

/** The commands as scripts of this repository. */
export const scripts: Invocation = {
  start: 'npm start',
  token: 'npm run --silent token --',
  defaults: { folder: '.local beside package.json', policies: 'policies beside package.json' },
};
