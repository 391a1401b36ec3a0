// `npm start` with times of its own, as JSON in its argument: timed-server.ts '{"leaseMs": 1500}'. The settings have constants for
// most times, and bounds for the others; tests need a lease that expires while its holder still works, and can't wait for minutes.
import { scripts } from '../../packages/local-gateway/src/invocation.ts';
import { serve } from '../../packages/local-gateway/src/serve.ts';
import { readLocalSettings } from '../../packages/local-gateway/src/settings.ts';
import type { Times } from '../../src/idempotency/times.ts';

const times = JSON.parse(process.argv[2] ?? '{}') as Partial<Times>;
const settings = readLocalSettings();
await serve({ ...settings, times: { ...settings.times, ...times } }, scripts);
