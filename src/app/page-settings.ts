import type { OidcSignIn, PageConfig } from '../page/config.ts';
import type { CommandSignIn } from '../page/resource-metadata.ts';
import { isOrigin, readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';

/** Path of the GraphQL API, where the page finds it too. */
export const graphqlPath = '/graphql';

/** What the page function reads from its environment. */
export interface PageSettings {
  readonly config: PageConfig;
  /** Origins that signing in calls, besides that of the issuer. */
  readonly connectOrigins: readonly string[];
  /** How people who use the command sign in; null: they say it themselves. */
  readonly commandSignIn: CommandSignIn | null;
  /** Folder with the files of the page. */
  readonly folder: string;
}

/** How people sign in, and which other origins that calls. */
export interface IssuerSignIn {
  readonly signIn: OidcSignIn;
  readonly connectOrigins: readonly string[];
  readonly commandSignIn: CommandSignIn | null;
}

/**
 * Reads the settings of the page function. Throws an Error that names all missing variables and
 * describes every wrong value.
 */
export function readPageSettings(env: Environment = process.env): PageSettings {
  return readSettings(env, (reader) => {
    const issuer = reader.required('JWT_ISSUER');
    const { signIn, ...others } = readIssuerSignIn(reader, issuer, reader.required('PAGE_CLIENT_ID'));
    return {
      config: { graphql: graphqlPath, signIn },
      ...others,
      // Not `page`, which the runtime would take for the module of the handler `page`.
      folder: `${reader.required('LAMBDA_TASK_ROOT')}/dist/page-files`,
    };
  });
}

/** Reads what a request for tokens at the issuer contains. */
export function readIssuerSignIn(reader: SettingsReader, issuer: string, clientId: string): IssuerSignIn {
  const optional = (variable: string) => {
    const value = reader.text(variable, '');
    return value === '' ? null : value;
  };
  const signIn: OidcSignIn = {
    kind: 'oidc',
    issuer,
    clientId,
    scope: optional('PAGE_SCOPE'),
    audience: optional('PAGE_AUDIENCE'),
    resource: optional('PAGE_RESOURCE'),
  };
  const connectOrigins = reader.origins('PAGE_CONNECT_ORIGINS');
  return { signIn, connectOrigins, commandSignIn: commandSignIn(reader, signIn, optional('COMMAND_CLIENT_ID')) };
}

/** The command requests tokens for the URL of the gateway alone, and what the page requests else. */
function commandSignIn(
  reader: SettingsReader,
  { issuer, scope, resource }: OidcSignIn,
  clientId: string | null,
): CommandSignIn | null {
  if (clientId === null) return null;
  if (resource !== null && isOrigin(resource)) return { resource, issuer, clientId, scope };
  reader.problem(
    'COMMAND_CLIENT_ID is set, and PAGE_RESOURCE is not the URL of the gateway: set it to scheme and host of that URL, without a slash at its end.',
  );
  return null;
}
