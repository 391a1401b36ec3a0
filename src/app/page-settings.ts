import type { OidcSignIn, PageConfig } from '../page/config.ts';
import { readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';

/** Path of the GraphQL API, where the page finds it too. */
export const graphqlPath = '/graphql';

/** What the page function reads from its environment. */
export interface PageSettings {
  readonly config: PageConfig;
  /** Origins that signing in calls, besides that of the issuer. */
  readonly connectOrigins: readonly string[];
  /** Folder with the files of the page. */
  readonly folder: string;
}

/** How people sign in, and which other origins that calls. */
export interface IssuerSignIn {
  readonly signIn: OidcSignIn;
  readonly connectOrigins: readonly string[];
}

/**
 * Reads the settings of the page function. Throws an Error that names all missing variables and
 * describes every wrong value.
 */
export function readPageSettings(env: Environment = process.env): PageSettings {
  return readSettings(env, (reader) => {
    const issuer = reader.required('JWT_ISSUER');
    const { signIn, connectOrigins } = readIssuerSignIn(reader, issuer, reader.required('PAGE_CLIENT_ID'));
    return {
      config: { graphql: graphqlPath, signIn },
      connectOrigins,
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
  return {
    signIn: {
      kind: 'oidc',
      issuer,
      clientId,
      scope: optional('PAGE_SCOPE'),
      audience: optional('PAGE_AUDIENCE'),
      resource: optional('PAGE_RESOURCE'),
    },
    connectOrigins: reader.origins('PAGE_CONNECT_ORIGINS'),
  };
}
