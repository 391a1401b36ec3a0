import type { ValueMap } from './value.ts';

/** Exit codes of the AWS CLI, which the command shares. */
const exitCodes = { usage: 252, configuration: 253, service: 254, general: 255, interrupted: 130 } as const;

/** The exit code of a command that was interrupted, also where it reports what it did. */
export const interruptedCode = exitCodes.interrupted;

/** The exit code of a change that others have to approve first. The AWS CLI has none like it. */
export const approvalRequiredCode = 3;

/** An error that ends the command with a message on standard error. */
export abstract class CommandError extends Error {
  abstract readonly exitCode: number;
  /** The code that `--cli-error-format` shows, as in AWS CLI 2.34. */
  abstract readonly code: string;
}

/** The command line or the input is not valid. Nothing was sent. */
export class UsageError extends CommandError {
  readonly exitCode = exitCodes.usage;
  readonly code = 'ParamValidation';
  /** Whether the usage of the command precedes the message. */
  readonly showsUsage: boolean;

  constructor(message: string, { showsUsage = false } = {}) {
    super(message);
    this.showsUsage = showsUsage;
  }
}

/** A setting is missing or not valid: endpoint, region, credentials. */
export class ConfigurationError extends CommandError {
  readonly exitCode = exitCodes.configuration;
  readonly code = 'Configuration';
}

/** What an error has beside its message. */
export interface ErrorDetails {
  /** Lines for people, shown below the message. */
  readonly lines: readonly string[];
  /** Fields of the structured formats of errors, beside `Message` and `Code`. */
  readonly fields: ValueMap;
  /** Another exit code than that of all refusals. */
  readonly exitCode?: number;
}

/** The service rejected the request. */
export class ServiceError extends CommandError {
  readonly exitCode: number;
  readonly code: string;
  /** What the service reported, without the prefix. */
  readonly reason: string;
  readonly details: ErrorDetails;

  constructor(code: string, operation: string, reason: string, details: ErrorDetails = { lines: [], fields: {} }) {
    super(`An error occurred (${code}) when calling the ${operation} operation: ${reason}`);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.exitCode = details.exitCode ?? exitCodes.service;
  }
}

/** The command was interrupted, by Ctrl+C. */
export class InterruptedError extends CommandError {
  readonly exitCode = exitCodes.interrupted;
  readonly code = 'Interrupted';
}

/**
 * Any other failure: no connection, a file that can't be read, a result that the format can't show.
 */
export class GeneralError extends CommandError {
  readonly exitCode = exitCodes.general;
  readonly code = 'GeneralError';
}
