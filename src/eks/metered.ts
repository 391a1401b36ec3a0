import type { Pluggable } from '@smithy/types';
import { sdkMeter } from '../runtime/sdk-meter.ts';
import { isThrottling } from './errors.ts';

/**
 * Measures the calls that a client of this layer makes. AWS Support can find an EKS call by its
 * request id.
 */
export function meterOf<Input extends object, Output extends object>(
  dependency: 'eks' | 'iam' | 'sts',
): Pluggable<Input, Output> {
  return sdkMeter({ dependency, isThrottling, keepsRequestIds: dependency === 'eks' });
}
