// Writes V8's code cache of a function after one invocation, with what it compiled: node code-cache.ts DIST FUNCTION
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAws } from './aws.ts';
import { createEvent, environmentFor } from './invocation.ts';

/** What `start.mjs` exports. */
interface StartedFunction {
  readonly createCodeCache: () => Buffer;
  readonly handler: (event: object, context: object) => Promise<{ readonly body?: string }>;
}

const [dist = '', name = ''] = process.argv.slice(2);
const policies = join(dist, 'policies');
const aws = await startAws();
Object.assign(process.env, environmentFor(policies, aws.url));
const write = process.stdout.write.bind(process.stdout);
// The function's log.
process.stdout.write = () => true;
const { createCodeCache, handler } = (await import(join(dist, `${name}.mjs`))) as StartedFunction;
const context = { awsRequestId: 'build', getRemainingTimeInMillis: () => 20_000 };
const { body = '' } = await handler(name === 'graphql' ? createEvent(policies) : {}, context);
writeFileSync(join(dist, `${name}.cjs.cache`), createCodeCache());
write(body);
aws.stop();
