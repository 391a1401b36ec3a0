import type { Environment } from './environment.ts';

/** Trace header of X-Ray ("Tracing header" in its developer guide), of a trace that is sampled. */
const sampled = /(?:^|;)Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?=;.*Sampled=1)/;

/**
 * `traceId`, the id of the X-Ray trace of the current invocation, if X-Ray keeps it: only with
 * active tracing. Lambda sets the variable before each invocation.
 */
export function traceContext(env: Environment = process.env): { readonly traceId?: string } {
  const traceId = sampled.exec(env._X_AMZN_TRACE_ID ?? '')?.[1];
  return traceId === undefined ? {} : { traceId };
}

/**
 * What every line of a function's log has: its version, `$LATEST` or a number that Lambda sets, and
 * {@link traceContext}.
 */
export function lineContext(env: Environment = process.env): Readonly<Record<string, string>> {
  const functionVersion = env.AWS_LAMBDA_FUNCTION_VERSION;
  return { ...(functionVersion === undefined ? {} : { functionVersion }), ...traceContext(env) };
}
