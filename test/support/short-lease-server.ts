// `npm start` with any LEASE_MS and LEAST_LIFETIME_MS. The settings refuse a lease that is shorter than a request; tests need one to make a lease
// expire while its holder still works. And they have no least lifetime of associations that end, which tests can't wait for.
import { scripts } from '../../packages/local-gateway/src/invocation.ts';
import { serve } from '../../packages/local-gateway/src/serve.ts';
import { readLocalSettings } from '../../packages/local-gateway/src/settings.ts';

const { LEASE_MS: leaseMs, LEAST_LIFETIME_MS: leastLifetimeMs, ...env } = process.env;
const settings = readLocalSettings(env);
const times = {
  ...settings.times,
  ...(leaseMs && { leaseMs: Number(leaseMs) }),
  ...(leastLifetimeMs && { leastLifetimeMs: Number(leastLifetimeMs) }),
};
await serve({ ...settings, times }, scripts);
