export { CommandError, ConfigurationError, GeneralError, ServiceError, UsageError } from './aws/errors.ts';
export { GatewayError, LostAnswerError, RegionMissingError, UnsentError } from '../../client/src/client/errors.ts';
export type { CallSettings, Host, Request, Session } from './host.ts';
export type { Prompter } from './prompt.ts';
export { runCommandLine } from './run.ts';
export { openGateway } from './session.ts';
