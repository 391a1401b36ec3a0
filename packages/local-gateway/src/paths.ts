import { join } from 'node:path';

/** The example policies, which the build copies beside the bundle. */
export const packagedPolicies = join(import.meta.dirname, 'policies');
