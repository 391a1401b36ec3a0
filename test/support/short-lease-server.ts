// `npm start` with any LEASE_MS. The settings refuse a lease that is shorter than a request; tests need one to make a lease
// expire while its holder still works.
import { scripts } from '../../packages/local-gateway/src/invocation.ts';
import { serve } from '../../packages/local-gateway/src/serve.ts';
import { readLocalSettings } from '../../packages/local-gateway/src/settings.ts';

const { LEASE_MS: leaseMs, ...env } = process.env;
const settings = readLocalSettings(env);
await serve({ ...settings, times: { ...settings.times, ...(leaseMs && { leaseMs: Number(leaseMs) }) } }, scripts);
