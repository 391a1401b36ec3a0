import { baseline } from './baseline.ts';
import type { Contender } from './contender.ts';
import { gateway } from './gateway.ts';

/** The gateways that are compared, this project's own first. */
export const contenders: readonly Contender[] = [gateway, baseline];
