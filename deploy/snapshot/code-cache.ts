// Writes V8's code cache of the graphql function after one invocation, with what it compiled: node code-cache.ts DIST
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAws } from './aws.ts';
import { createEvent, environmentFor } from './invocation.ts';

/** What `start.mjs` exports. */
interface StartedFunction {
  readonly makeCodeCache: () => Buffer;
  readonly handler: (event: object, context: object) => Promise<{ readonly body?: string }>;
}

const [dist = ''] = process.argv.slice(2);
const policies = join(dist, 'policies');
const aws = await startAws();
Object.assign(process.env, environmentFor(policies, aws.url));
const write = process.stdout.write.bind(process.stdout);
// The function's log.
process.stdout.write = () => true;
const { makeCodeCache, handler } = (await import(join(dist, 'graphql.mjs'))) as StartedFunction;
const context = { awsRequestId: 'build', getRemainingTimeInMillis: () => 20_000 };
const { body = '' } = await handler(createEvent(policies), context);
writeFileSync(join(dist, 'graphql.cjs.cache'), makeCodeCache());
write(body);
aws.stop();
