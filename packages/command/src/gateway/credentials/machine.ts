import { readFileSync } from 'node:fs';
import { fromHttp, fromInstanceMetadata } from '@aws-sdk/credential-providers';
import { GeneralError } from '../../aws/errors.ts';
import { expanded, readIniFile } from '../../aws/shared-config/shared-config.ts';
import { beginningWith, fixed, keysOf } from './source.ts';
import type { Load, SourceSettings } from './source.ts';

/** Keeps the SDK from writing warnings to standard error. */
const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // Nothing is logged.
}

/** The file of the first EC2 tools, which AWS_CREDENTIAL_FILE names; null without the variable. */
export function ec2FileKeys({ environment }: SourceSettings): Load | null {
  const file = environment.AWS_CREDENTIAL_FILE;
  if (file === undefined) return null;
  const text = readText(expanded(file, environment));
  const values = new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([^=]*)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.trim(), value.trim()] as const];
    }),
  );
  const [accessKeyId, secretAccessKey] = [values.get('AWSAccessKeyId'), values.get('AWSSecretKey')];
  if (accessKeyId === undefined) return null;
  if (secretAccessKey === undefined) throw new GeneralError(`The file ${file} has no AWSSecretKey.`);
  return fixed({ accessKeyId, secretAccessKey });
}

/** The keys in the files of Boto, the AWS SDK for Python before Boto3; null without one. */
export function botoKeys({ environment }: SourceSettings): Load | null {
  const files = environment.BOTO_CONFIG === undefined ? ['/etc/boto.cfg', '~/.boto'] : [environment.BOTO_CONFIG];
  for (const file of files) {
    const found = keysOf(readIniFile(file, environment).get('Credentials'), 'boto-config');
    if (found) return found;
  }
  return null;
}

/**
 * The credentials of a container or a pod; null where the environment names none.
 *
 * @throws {@link GeneralError} when they can't be read
 */
export async function containerCredentials({ environment }: SourceSettings): Promise<Load | null> {
  const relative = environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  const full = environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  if (relative === undefined && full === undefined) return null;
  const tokenFile = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  try {
    const load = fromHttp({
      ...(relative !== undefined && { awsContainerCredentialsRelativeUri: relative }),
      ...(full !== undefined && { awsContainerCredentialsFullUri: full }),
      ...(tokenFile !== undefined && { awsContainerAuthorizationTokenFile: tokenFile }),
      ...(token !== undefined && { awsContainerAuthorizationToken: token }),
      logger: silent,
    });
    return beginningWith(await load(), load);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new GeneralError(`Error when retrieving credentials from container-role: ${reason}`);
  }
}

/** The credentials of an EC2 instance; null on a computer that is none, and where it has no role. */
export async function instanceCredentials({ environment }: SourceSettings): Promise<Load | null> {
  if (environment.AWS_EC2_METADATA_DISABLED?.toLowerCase() === 'true') return null;
  const seconds = Number(environment.AWS_METADATA_SERVICE_TIMEOUT ?? 1);
  const attempts = Number(environment.AWS_METADATA_SERVICE_NUM_ATTEMPTS ?? 1);
  const load = fromInstanceMetadata({
    timeout: seconds > 0 ? seconds * 1_000 : 1_000,
    maxRetries: attempts > 1 ? attempts - 1 : 0,
    logger: silent,
  });
  try {
    return beginningWith(await load(), load);
  } catch {
    return null;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new GeneralError(error instanceof Error ? error.message : String(error));
  }
}
