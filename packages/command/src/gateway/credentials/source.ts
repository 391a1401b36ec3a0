import { GeneralError } from '../../aws/errors.ts';
import type { Environment } from '../../aws/parameter-file.ts';
import { option } from '../../aws/shared-config/shared-config.ts';
import type { SharedConfig } from '../../aws/shared-config/shared-config.ts';
import type { Section } from '../../aws/shared-config/ini.ts';
import type { AwsCredentials } from '../../../../client/src/client/sign.ts';

/** What sources of credentials read. */
export interface SourceSettings {
  readonly environment: Environment;
  readonly config: SharedConfig;
  /** The region of requests to STS; null where none is known. */
  readonly region: string | null;
}

/** Credentials, and when they expire, if they do. */
export interface FoundCredentials extends AwsCredentials {
  readonly expiration?: Date;
}

/** Gets the credentials of a source that has some: by a request to AWS, where one is needed. */
export type Load = () => Promise<FoundCredentials>;

/** The names of sources, as messages of the AWS CLI have them. */
type SourceName = 'env' | 'shared-credentials-file' | 'config-file' | 'boto-config' | 'assume-role';

export function partialCredentials(source: SourceName, missing: string): GeneralError {
  return new GeneralError(`Partial credentials found in ${source}, missing: ${missing}`);
}

/**
 * The access key of a section with its secret; null without an access key.
 *
 * @throws {@link GeneralError} for an access key without a secret
 */
export function keysOf(section: Section | undefined, source: SourceName): Load | null {
  const accessKeyId = option(section, 'aws_access_key_id');
  if (accessKeyId === undefined) return null;
  const secretAccessKey = option(section, 'aws_secret_access_key');
  if (secretAccessKey === undefined) throw partialCredentials(source, 'aws_secret_access_key');
  const sessionToken = option(section, 'aws_security_token') ?? option(section, 'aws_session_token');
  return fixed({ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) });
}

/** Credentials that are there. */
export function fixed(credentials: FoundCredentials): Load {
  return () => Promise.resolve(credentials);
}

/** Credentials that were loaded already, and at the next time others. */
export function beginningWith(first: FoundCredentials, load: Load): Load {
  let isUsed = false;
  return () => {
    if (isUsed) return load();
    isUsed = true;
    return Promise.resolve(first);
  };
}
