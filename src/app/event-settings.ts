import { parseSecrets, webhookUrlProblem } from '../events/webhook.ts';
import { readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';

/** The webhook that receives events. */
export interface WebhookTarget {
  readonly url: string;
  /** Null where they are in Secrets Manager. */
  readonly secrets: readonly string[] | null;
  /** ARN of the secret in Secrets Manager; empty where the environment has it. */
  readonly secretArn: string;
}

/** What the functions that deliver events read from their environment. */
export interface DeliverSettings {
  readonly region: string;
  readonly idempotencyTable: string;
  readonly auditTable: string;
  readonly metricsNamespace: string;
  /** Name or ARN of the event bus; empty: none. */
  readonly eventBus: string;
  readonly webhook: WebhookTarget | null;
  readonly denialShare: number;
  /** Names of the rules that the scheduled check reads. */
  readonly watchedRules: readonly string[];
}

/** Reads WEBHOOK_URL with its secret; null where it is not set. */
export function readWebhook(reader: SettingsReader): WebhookTarget | null {
  const [url, text, secretArn] = ['WEBHOOK_URL', 'WEBHOOK_SECRET', 'WEBHOOK_SECRET_ARN'].map((variable) =>
    reader.text(variable, ''),
  ) as [string, string, string];
  if (url === '') return null;
  const problem = webhookUrlProblem(url);
  if (problem !== null) reader.problem(`WEBHOOK_URL is not a URL for events: ${problem}.`);
  if ((text === '') === (secretArn === '')) {
    reader.problem('WEBHOOK_URL needs WEBHOOK_SECRET or WEBHOOK_SECRET_ARN: set one of them.');
  }
  return { url, secretArn, secrets: text === '' ? null : secretsOf(text, reader) };
}

/** A wrong secret is not shown. */
function secretsOf(text: string, reader: SettingsReader): string[] {
  try {
    return parseSecrets(text);
  } catch (error) {
    reader.problem(`WEBHOOK_SECRET is not valid. ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

/** Reads which share of the denials become events. */
export function readDenialShare(reader: SettingsReader): number {
  return reader.number('DENIAL_EVENTS_PERCENT', 100, { most: 100 }) / 100;
}

/** Reads the settings of the functions that deliver events. Throws as `readLambdaSettings` does. */
export function readDeliverSettings(env: Environment = process.env): DeliverSettings {
  return readSettings(env, (reader) => {
    const settings = {
      region: reader.region('AWS_REGION'),
      idempotencyTable: reader.required('IDEMPOTENCY_TABLE'),
      auditTable: reader.required('AUDIT_TABLE'),
      metricsNamespace: reader.text('METRICS_NAMESPACE', ''),
      eventBus: reader.text('EVENT_BUS', ''),
      webhook: readWebhook(reader),
      denialShare: readDenialShare(reader),
      watchedRules: reader
        .text('WATCHED_RULES', '')
        .split(',')
        .filter((rule) => rule !== ''),
    };
    if (settings.eventBus !== '' && settings.webhook !== null) {
      reader.problem(
        'EVENT_BUS and WEBHOOK_URL are both set: a function sends to one of them, so that neither waits for the other.',
      );
    }
    return settings;
  });
}
