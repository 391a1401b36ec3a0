import { readSettings } from './environment.ts';
import type { Environment } from './environment.ts';
import { policiesDirectory } from './settings.ts';

/** What the compile function reads from its environment. */
export interface CompileSettings {
  readonly region: string;
  readonly policyTable: string;
  readonly compiledPolicyTable: string;
  readonly policiesDirectory: string;
  /** Namespace of the metrics in the log; empty: the log has none. */
  readonly metricsNamespace: string;
}

/**
 * Reads the settings of the compile function. Throws an Error that names all missing variables and
 * describes every wrong value.
 */
export function readCompileSettings(env: Environment = process.env): CompileSettings {
  return readSettings(env, (reader) => ({
    region: reader.region('AWS_REGION'),
    policyTable: reader.required('POLICY_TABLE'),
    compiledPolicyTable: reader.required('COMPILED_POLICY_TABLE'),
    policiesDirectory: policiesDirectory(reader),
    metricsNamespace: reader.text('METRICS_NAMESPACE', ''),
  }));
}
