import { ConfigurationError } from '../aws/errors.ts';
import type { ValueMap } from '../aws/value.ts';
import type { CallSettings, Request } from '../host.ts';
import { readResourceMetadata } from './resource-metadata.ts';
import { shellQuoted } from './shell.ts';
import type { IssuerSettings, Login } from './store.ts';

/**
 * What to request of which issuer: the options, or else the environment, or else the settings of
 * the last login at the same issuer, or else what the gateway publishes.
 *
 * @param last the login to this gateway as it is
 * @throws {@link ConfigurationError} if the issuer is not known, or no person confirms it
 */
export async function issuerSettings(
  request: Request,
  gatewayUrl: string,
  settings: CallSettings,
  last: Login | null,
): Promise<IssuerSettings> {
  const wanted = typedSettings(request.input, settings, last) ?? (await publishedSettings(request, settings));
  // A variable or a gateway can name an issuer that the person does not expect: a false gateway
  // would get tokens of the real one.
  const isConfirmed = request.input.issuer === wanted.issuer || last?.issuer === wanted.issuer;
  if (!isConfirmed) await confirm(wanted, gatewayUrl, settings);
  return wanted;
}

/** What is known without asking the gateway; null if issuer or client are not. */
function typedSettings(input: ValueMap, settings: CallSettings, last: Login | null): IssuerSettings | null {
  const given = givenValues(input, settings);
  // What a gateway published is read again.
  const known = last?.isPublished === true ? null : last;
  const issuer = given('issuer', 'ISSUER', known?.issuer);
  const same = known?.issuer === issuer ? known : null;
  const clientId = given('clientId', 'CLIENT_ID', same?.clientId);
  if (issuer === null || clientId === null) return null;
  return {
    issuer,
    clientId,
    scope: given('scope', 'SCOPE', same?.scope),
    audience: given('audience', 'AUDIENCE', same?.audience),
    resource: given('resource', 'RESOURCE', same?.resource),
  };
}

async function publishedSettings({ input, connection }: Request, settings: CallSettings): Promise<IssuerSettings> {
  const metadata = await readResourceMetadata(connection.endpointUrl ?? '', connection, settings);
  const given = givenValues(input, settings);
  const clientId = given('clientId', 'CLIENT_ID', metadata?.clientId);
  if (metadata === null || metadata.issuers.length === 0 || clientId === null) {
    throw new ConfigurationError(
      'The first login needs the issuer and the client, which this gateway does not publish: give --issuer and --client-id, or POD_IDENTITY_ISSUER and POD_IDENTITY_CLIENT_ID.',
    );
  }
  const { resource } = metadata;
  const wanted = given('resource', 'RESOURCE', resource);
  if (wanted !== resource) {
    throw new ConfigurationError(
      `The gateway publishes the resource ${resource}, and ${JSON.stringify(wanted)} is given with --resource or POD_IDENTITY_RESOURCE: leave it out, or give --issuer and --client-id.`,
    );
  }
  return {
    issuer: oneOf(metadata.issuers, given('issuer', 'ISSUER', null)),
    clientId,
    scope: given('scope', 'SCOPE', metadata.scope),
    audience: given('audience', 'AUDIENCE', null),
    resource,
    isPublished: true,
  };
}

function oneOf(issuers: readonly string[], wanted: string | null): string {
  const [issuer = '', ...others] = wanted === null ? issuers : issuers.filter((each) => each === wanted);
  if (issuer !== '' && others.length === 0) return issuer;
  const problem =
    issuer === '' ? `The gateway does not name the issuer ${String(wanted)}` : 'The gateway names several issuers';
  throw new ConfigurationError(`${problem}: give one of these with --issuer: ${issuers.join(', ')}`);
}

type Given = (name: string, variable: string, otherwise: string | null | undefined) => string | null;

/** Reads an option, of which an empty value clears what was stored, or its variable. */
function givenValues(input: ValueMap, { environment }: CallSettings): Given {
  return (name, variable, otherwise) => {
    const option = input[name];
    if (typeof option === 'string') return option === '' ? null : option;
    const value = environment[`POD_IDENTITY_${variable}`] ?? '';
    return value === '' ? (otherwise ?? null) : value;
  };
}

async function confirm({ issuer, clientId }: IssuerSettings, gatewayUrl: string, { prompter }: CallSettings) {
  if (!prompter) {
    throw new ConfigurationError(
      `${JSON.stringify(issuer)} is a new issuer for ${gatewayUrl}, which a person has to confirm: run the command in a terminal, or give --issuer ${shellQuoted(issuer)}`,
    );
  }
  const question = `Sign in to ${gatewayUrl} at ${JSON.stringify(issuer)}, as the client ${JSON.stringify(clientId)}? It is the first time.`;
  if ((await prompter.choose(question, ['no', 'yes'])) === 'yes') return;
  throw new ConfigurationError('The issuer was not confirmed. You are not signed in.');
}
