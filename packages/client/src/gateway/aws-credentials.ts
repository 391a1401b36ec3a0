import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { ConfigurationError, GeneralError } from '../aws/errors.ts';
import type { AwsCredentials } from '../client/sign.ts';

/**
 * Finds credentials as the AWS CLI does: environment, profile, IAM Identity Center, container, instance.
 *
 * @param profile null for the default profile
 * @throws {@link ConfigurationError} when there are none, {@link GeneralError} when they can't be loaded
 */
export function credentialProvider(profile: string | null, region: string | null): () => Promise<AwsCredentials> {
  const provide = fromNodeProviderChain({
    ...(profile !== null && { profile }),
    ...(region !== null && { clientConfig: { region } }),
  });
  return async () => {
    try {
      return await provide();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!message.startsWith('Could not load credentials from any providers')) throw new GeneralError(message);
      throw new ConfigurationError(
        'Unable to locate credentials. Configure AWS credentials (aws configure), or give a JWT with --token or POD_IDENTITY_TOKEN.',
      );
    }
  };
}
