import type { Pluggable } from '@smithy/types';

/** An HTTP request to EKS that was answered. Times in milliseconds since the epoch. */
export interface TracedCall {
  /** Name of the command, e.g. `CreatePodIdentityAssociationCommand`. */
  readonly command: string;
  readonly sentAt: number;
  readonly receivedAt: number;
  /** The header `Date`, as sent. */
  readonly date: string | undefined;
}

/**
 * A plugin for the `middlewareStack` of an SDK client that adds each answered request to `calls`.
 */
export function traced<Input extends object, Output extends object>(calls: TracedCall[]): Pluggable<Input, Output> {
  return {
    applyToStack: (stack) =>
      stack.add(
        (next, { commandName = '' }) =>
          async (args) => {
            const sentAt = Date.now();
            const result = await next(args);
            const { headers = {} } = result.response as { readonly headers?: Readonly<Record<string, string>> };
            calls.push({ command: commandName, sentAt, receivedAt: Date.now(), date: headers.date });
            return result;
          },
        // Innermost, so that it sees the answers that the SDK makes errors of.
        { step: 'deserialize', priority: 'low', name: 'traced', override: true },
      ),
  };
}
