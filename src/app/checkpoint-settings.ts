import { readSettings } from './environment.ts';
import type { Environment, SettingsReader } from './environment.ts';
import { readRaisedTime } from './time-settings.ts';

/** What the checkpoint function reads from its environment. */
export interface CheckpointSettings {
  readonly region: string;
  readonly idempotencyTable: string;
  readonly auditTable: string;
  /** Bucket of the log, and key of KMS that signs its checkpoints. */
  readonly bucket: string;
  readonly keyId: string;
  /** Name of the log, and of its key in notes. */
  readonly origin: string;
  /** How far the clock of the function may be wrong, in milliseconds. */
  readonly clockErrorMs: number;
  /** Namespace of the metrics in the log; empty: the log has none. */
  readonly metricsNamespace: string;
}

/**
 * Reads the settings of the checkpoint function. Throws an Error that names all missing variables
 * and describes every wrong value.
 */
export function readCheckpointSettings(env: Environment = process.env): CheckpointSettings {
  return readSettings(env, (reader) => ({
    region: reader.region('AWS_REGION'),
    idempotencyTable: reader.required('IDEMPOTENCY_TABLE'),
    auditTable: reader.required('AUDIT_TABLE'),
    bucket: reader.required('CHECKPOINT_BUCKET'),
    keyId: reader.required('CHECKPOINT_KEY_ID'),
    origin: originOf(reader),
    clockErrorMs: readRaisedTime(reader, 'clockErrorMs'),
    metricsNamespace: reader.text('METRICS_NAMESPACE', ''),
  }));
}

/** The names of keys in notes have neither spaces nor `+`. */
function originOf(reader: SettingsReader): string {
  const origin = reader.required('CHECKPOINT_ORIGIN');
  if (/[\s+]/u.test(origin)) {
    reader.problem(`CHECKPOINT_ORIGIN is ${JSON.stringify(origin)}: give a name without spaces and +.`);
  }
  return origin;
}
