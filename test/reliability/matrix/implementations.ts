import { baseline } from './baseline.ts';
import type { Implementation } from './implementation.ts';
import { gateway } from './gateway.ts';

/** The compared implementations, this project's gateway first. */
export const implementations: readonly Implementation[] = [gateway, baseline];
