// `npm start` with any LEASE_MS. The settings refuse a lease that is shorter than a request; tests need one to make a lease
// expire while its holder still works.
import { scripts } from '../../src/local/invocation.ts';
import { serve } from '../../src/local/serve.ts';
import { readLocalSettings } from '../../src/local/settings.ts';

const { LEASE_MS: leaseMs, ...env } = process.env;
const settings = readLocalSettings(env);
await serve({ ...settings, times: { ...settings.times, ...(leaseMs && { leaseMs: Number(leaseMs) }) } }, scripts);
