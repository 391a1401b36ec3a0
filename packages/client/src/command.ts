export { ConfigurationError, GeneralError, ServiceError, UsageError } from './aws/errors.ts';
export type { Host, Request } from './host.ts';
export type { Prompter } from './prompt.ts';
export { runCommandLine } from './run.ts';
