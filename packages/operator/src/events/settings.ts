import type { SettingsReader } from '../../../../src/app/environment.ts';
import { readDenialShare, readWebhook } from '../../../../src/app/event-settings.ts';
import type { WebhookTarget } from '../../../../src/app/event-settings.ts';
import type { LedgerSettings } from '../../../../tools/ledger/settings.ts';
import type { Settings } from '../cli/command.ts';
import { existingLedger } from '../settings.ts';

/** The ledger, and where its events are sent. */
export interface ReplaySettings {
  readonly ledger: LedgerSettings;
  readonly webhook: WebhookTarget | null;
  readonly eventBus: string;
  readonly denialShare: number;
}

/** Reads where the ledger is and where events are sent, by the option `to`. */
export const replaySettings: Settings<ReplaySettings> = {
  variables: [
    ...existingLedger.variables,
    ['WEBHOOK_URL', 'URL that receives events, with --to webhook'],
    ['WEBHOOK_SECRET', 'secret that signs them, or two during a rotation'],
    ['WEBHOOK_SECRET_ARN', 'the same as a secret in Secrets Manager, as the parameter webhookSecretArn of the stack'],
    ['EVENT_BUS_ARN', 'event bus, with --to eventbridge, as the parameter eventBusArn of the stack'],
    ['DENIAL_EVENTS_PERCENT', 'share of the denials that become events, as in the stack (default: 100)'],
  ],
  read: (reader, values) => ({
    ledger: existingLedger.read(reader, values),
    webhook: values.to === 'webhook' ? requiredWebhook(reader) : null,
    eventBus: values.to === 'eventbridge' ? reader.required('EVENT_BUS_ARN') : '',
    denialShare: readDenialShare(reader),
  }),
};

function requiredWebhook(reader: SettingsReader): WebhookTarget | null {
  reader.required('WEBHOOK_URL');
  return readWebhook(reader);
}
