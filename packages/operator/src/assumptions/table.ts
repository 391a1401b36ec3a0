import type { Assumption } from './assumption.ts';
import { calls } from './calls.ts';
import { changes } from './changes.ts';
import { reads } from './reads.ts';
import { tags } from './tags.ts';
import { values } from './values.ts';

/**
 * All assumptions about EKS, those of the README of the simulator, in the order in which they are
 * tried.
 */
export const assumptions: readonly Assumption[] = [...changes, ...values, ...reads, ...tags, ...calls];
