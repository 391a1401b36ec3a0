import { GeneralError, UsageError } from './errors.ts';
import { fileOrText } from './input.ts';
import { errorFormats, outputFormats } from './options.ts';
import type { Environment } from './parameter-file.ts';
import type { Values } from './parse.ts';
import { parseInteger } from './python.ts';
import { option } from './shared-config/shared-config.ts';
import type { SharedConfig } from './shared-config/shared-config.ts';
import type { PrintOptions } from './output/print.ts';

export type ErrorFormat = (typeof errorFormats)[number];

/** How to reach the gateway, from the global options. */
export interface Connection {
  readonly endpointUrl: string | null;
  /** The region of clusters, as with the AWS CLI. */
  readonly region: string | null;
  /** The region to sign requests for, where it is not the same and the URL does not name it. */
  readonly gatewayRegion: string | null;
  /** A JWT; null to use others. */
  readonly token: string | null;
  /**
   * The file of POD_IDENTITY_TOKEN_FILE, used without `token`; null for a login or AWS credentials.
   */
  readonly tokenFile: string | null;
  /** The profile of `--profile`, which comes before keys of the environment. */
  readonly profile: string | null;
  /** The name of a profile that was named and does not exist. */
  readonly missingProfile: string | null;
  /** False with `--no-sign-request`: no AWS credentials are loaded. */
  readonly signRequest: boolean;
  /** False with `--no-verify-ssl`. */
  readonly verifySsl: boolean;
  readonly caBundle: string | null;
  /** Milliseconds; null for no limit. */
  readonly readTimeoutMs: number | null;
  readonly connectTimeoutMs: number | null;
  readonly debug: boolean;
}

/** Keys of the profile of the shared AWS configuration, lower case. */
export type Profile = Readonly<Record<string, string | undefined>>;

const defaultTimeoutSeconds = 60;

/**
 * @throws {@link UsageError} for an endpoint that is not a URL, {@link GeneralError} for a timeout
 *   that is not a number
 */
export function readConnection(values: Values, found: Profile | null, environment: Environment): Connection {
  const profile = found ?? {};
  return {
    endpointUrl: endpointUrl(
      text(values['endpoint-url']) ??
        set(environment.POD_IDENTITY_ENDPOINT_URL) ??
        set(profile.pod_identity_endpoint_url),
    ),
    gatewayRegion: text(values['gateway-region']) ?? set(environment.POD_IDENTITY_GATEWAY_REGION),
    token: tokenOf(values, environment),
    tokenFile: values.profile === undefined ? set(environment.POD_IDENTITY_TOKEN_FILE) : null,
    region: regionOf(values, profile, environment),
    profile: profileOf(values),
    missingProfile: found === null ? profileName(values, environment) : null,
    signRequest: values['sign-request'] !== false,
    verifySsl: values['verify-ssl'] !== false,
    caBundle: text(values['ca-bundle']) ?? set(environment.AWS_CA_BUNDLE) ?? set(profile.ca_bundle),
    readTimeoutMs: timeout(values['cli-read-timeout']),
    connectTimeoutMs: timeout(values['cli-connect-timeout']),
    debug: values.debug === true,
  };
}

/** The format of `--output`, of `AWS_DEFAULT_OUTPUT` or of the profile; JSON by default. */
export function readOutputFormat(values: Values, profile: Profile, environment: Environment): PrintOptions['format'] {
  const wanted = text(values.output) ?? environment.AWS_DEFAULT_OUTPUT ?? profile.output ?? 'json';
  const format = outputFormats.find((one) => one === wanted);
  if (format === undefined) {
    throw new GeneralError(`Unknown output type: ${wanted}. Valid types are: ${outputFormats.join(', ')}`);
  }
  return format;
}

/**
 * The format of `--cli-error-format`, of `AWS_CLI_ERROR_FORMAT` or of the profile. An unknown one
 * counts as absent.
 */
export function readErrorFormat(values: Values, profile: Profile, environment: Environment): ErrorFormat {
  const wanted =
    text(values['cli-error-format']) ?? set(environment.AWS_CLI_ERROR_FORMAT) ?? set(profile.cli_error_format);
  return errorFormats.find((one) => one === wanted) ?? 'enhanced';
}

/**
 * The profile that an option or the environment names, or else the default profile. Null if the
 * named one does not exist.
 */
export function readProfile(values: Values, { profiles }: SharedConfig, environment: Environment): Profile | null {
  const name = profileName(values, environment);
  const section = profiles.get(name ?? 'default');
  if (!section) return name === null ? {} : null;
  return Object.fromEntries(Object.keys(section).map((key) => [key, option(section, key)]));
}

/** An empty AWS_PROFILE is the name of a profile, which does not exist, as in the AWS CLI. */
function profileName(values: Values, environment: Environment): string | null {
  return profileOf(values) ?? environment.AWS_PROFILE ?? environment.AWS_DEFAULT_PROFILE ?? null;
}

/** With an empty `--region` or AWS_REGION, as of a value that is missing, no other region is used. */
function regionOf(values: Values, profile: Profile, environment: Environment): string | null {
  return text(values.region) ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? profile.region ?? null;
}

/**
 * Checks what a client of the AWS CLI checks when it is made: that a region is a label of a host's
 * name, that the profile exists, and timeouts.
 *
 * @throws {@link GeneralError}
 */
export function checkConnection({ region, missingProfile, readTimeoutMs, connectTimeoutMs }: Connection): void {
  if (region !== null && !/^(?!\d+$)(?!-)[a-z\d-]{1,63}(?<!-)$/i.test(region)) {
    throw new GeneralError(`Provided region_name '${region}' doesn't match a supported format.`);
  }
  if (missingProfile !== null) throw new GeneralError(`The config profile (${missingProfile}) could not be found`);
  for (const [kind, timeoutMs] of Object.entries({ connect: connectTimeoutMs, read: readTimeoutMs })) {
    if (timeoutMs === null || timeoutMs >= 0) continue;
    const limit = 'but the timeout cannot be set to a value less than or equal to 0.';
    throw new GeneralError(`Attempted to set ${kind} timeout to ${timeoutMs / 1_000}, ${limit}`);
  }
}

/**
 * An option comes before the environment: with `--profile`, a token of the environment is not used.
 */
function tokenOf(values: Values, environment: Environment): string | null {
  const given = text(values.token);
  if (given !== null) return fileOrText('--token', given, environment).trim();
  const ofEnvironment = profileOf(values) === null ? set(environment.POD_IDENTITY_TOKEN) : null;
  return ofEnvironment === null ? null : fileOrText('POD_IDENTITY_TOKEN', ofEnvironment, environment).trim();
}

function endpointUrl(url: string | null): string | null {
  if (url === null || (/^https?:\/\//i.test(url) && URL.canParse(url))) return url;
  throw new UsageError(
    `Bad value for --endpoint-url "${url}": scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/`,
  );
}

function timeout(value: Values[string]): number | null {
  if (typeof value !== 'string') return defaultTimeoutSeconds * 1_000;
  const seconds = parseInteger(value);
  if (seconds === null) throw new GeneralError(`invalid literal for int() with base 10: '${value}'`);
  return seconds === 0 ? null : seconds * 1_000;
}

/** The profile of the option. An empty name counts as absent, as in the AWS CLI. */
function profileOf(values: Values): string | null {
  return set(text(values.profile) ?? undefined);
}

function text(value: Values[string]): string | null {
  return typeof value === 'string' ? value : null;
}

/** An empty environment variable counts as absent. */
function set(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
