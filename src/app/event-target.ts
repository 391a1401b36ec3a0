import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { EventTarget } from '../events/deliver.ts';
import { makeEventBus } from '../events/event-bridge.ts';
import { makeWebhook, parseSecrets } from '../events/webhook.ts';
import type { WebhookTarget } from './event-settings.ts';

/** Times of the AWS clients here: a delivery is repeated, so that it need not wait long. */
const clientDefaults = { maxAttempts: 3, requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000 } };

/** How long secrets are used before they are read again. Milliseconds. */
const secretsMs = 300_000;

/** A client of EventBridge in a region. */
export function eventBridgeClient(region: string): EventBridgeClient {
  return new EventBridgeClient({ ...clientDefaults, region });
}

/** The event bus of the settings. */
export function eventBusTarget(client: EventBridgeClient, bus: string): EventTarget {
  return makeEventBus({ client, bus, clock: Date.now, sleep });
}

/** The webhook of the settings. */
export function webhookTarget({ url, secrets, secretArn }: WebhookTarget, region: string): EventTarget {
  const read = secrets === null ? secretsOf(secretArn, region) : () => Promise.resolve(secrets);
  return makeWebhook({ url, secrets: read, clock: Date.now, sleep });
}

/**
 * Reads the secrets of a secret in Secrets Manager, every five minutes. While it can't be read, the
 * secrets known are used.
 */
function secretsOf(SecretId: string, region: string): () => Promise<readonly string[]> {
  const client = new SecretsManagerClient({ ...clientDefaults, region });
  let known: { readonly secrets: readonly string[]; readonly readAt: number } | null = null;
  return async () => {
    if (known !== null && Date.now() - known.readAt < secretsMs) return known.secrets;
    try {
      const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
      known = { secrets: parseSecrets(SecretString), readAt: Date.now() };
    } catch (error) {
      if (known === null) throw error;
    }
    return known.secrets;
  };
}
