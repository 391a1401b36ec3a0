// Writes V8's code cache of the graphql function after one invocation, with what it compiled: node
// code-cache.ts DIST
import { writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { startAws } from './aws.ts';
import { createEvent, environmentFor } from './invocation.ts';

/** What `start.mjs` exports. */
interface StartedFunction {
  readonly makeCodeCache: () => Buffer;
  readonly handler: (event: object, context: object) => Promise<{ readonly body?: string }>;
}

const [dist = ''] = process.argv.slice(2);
// V8 would drop the code of functions that did not run for some collections of garbage.
setFlagsFromString('--no-flush-bytecode');
// Time stands still, so that what is compiled does not depend on how fast the machine is: no
// deadline passes, and no timer fires.
mock.timers.enable({ apis: ['Date', 'setInterval', 'setTimeout'], now: Date.now() });
const monotonicNs = process.hrtime.bigint();
mock.method(process.hrtime, 'bigint', () => monotonicNs);
mock.method(Socket.prototype, 'setTimeout', function returnSocket(this: Socket) {
  return this;
});
const policies = join(dist, 'policies');
const aws = await startAws();
Object.assign(process.env, environmentFor(policies, aws.url));
const write = process.stdout.write.bind(process.stdout);
// The function's log.
process.stdout.write = () => true;
const { makeCodeCache, handler } = (await import(join(dist, 'graphql.mjs'))) as StartedFunction;
const context = { awsRequestId: 'build', getRemainingTimeInMillis: () => 20_000 };
const { body = '' } = await handler(createEvent(policies), context);
setFlagsFromString('--flush-bytecode');
writeFileSync(join(dist, 'graphql.cjs.cache'), makeCodeCache());
write(body);
aws.stop();
