import type { DeserializeMiddleware, MetadataBearer, Pluggable } from '@smithy/types';
import { beginCall } from './meter.ts';

/** Which calls of a client are measured as what. */
interface SdkMeter {
  /** Name of the dependency, e.g. `eks`. */
  readonly dependency: string;
  /** Whether an exception of this name means that the service throttled the call. */
  readonly isThrottling: (exception: string) => boolean;
  /** Whether request ids are kept. */
  readonly keepsRequestIds?: boolean;
}

/** The fields of an SDK exception that are used. */
interface Raised {
  readonly name?: string;
  readonly $metadata?: MetadataBearer['$metadata'];
}

/**
 * A plugin for the `middlewareStack` of an SDK client that measures each attempt, with those of the
 * SDK's own retries: the step `deserialize` is inside of the retries. First in that step, it sees
 * the exceptions that responses are turned into.
 */
export function sdkMeter<Input extends object, Output extends object>(meter: SdkMeter): Pluggable<Input, Output> {
  const { dependency, isThrottling, keepsRequestIds = false } = meter;
  const requestIdOf = (metadata: MetadataBearer['$metadata'] | undefined) =>
    keepsRequestIds ? (metadata?.requestId ?? null) : null;
  const measure: DeserializeMiddleware<Input, Output> = (next) => async (args) => {
    const end = beginCall(dependency);
    try {
      const result = await next(args);
      const { $metadata } = result.output as Output & MetadataBearer;
      end({ isFailed: false, isThrottled: false, requestId: requestIdOf($metadata) });
      return result;
    } catch (error) {
      const { name = '', $metadata } = (error ?? {}) as Raised;
      const isThrottled = $metadata?.httpStatusCode === 429 || isThrottling(name);
      end({ isFailed: true, isThrottled, requestId: requestIdOf($metadata) });
      throw error;
    }
  };
  return {
    // The SDK's credential providers apply their plugins to the same client at each refresh.
    applyToStack: (stack) =>
      stack.add(measure, { step: 'deserialize', priority: 'high', name: 'meterMiddleware', override: true }),
  };
}
