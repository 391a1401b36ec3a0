/* oxlint-disable typescript/no-require-imports */
/* global require */
// Runs one invocation of a handler as Lambda does, and reports times: node bench/harness.cjs BUNDLE EVENT_FILE
const { readFileSync, writeSync } = require('node:fs');

/** Milliseconds of the machine's monotonic clock, which all processes share. */
const now = () => Number(process.hrtime.bigint()) / 1e6;
const [bundle, eventFile] = process.argv.slice(2);
const times = { startedAt: now() };
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 29_000 };

async function run() {
  // As Lambda's runtime client loads functions.
  const { handler, script } = bundle.endsWith('.cjs') ? require(bundle) : await import(bundle);
  times.importedAt = now();
  const answer = await handler(JSON.parse(readFileSync(eventFile, 'utf8')), context);
  times.answeredAt = now();
  const { user, system } = process.cpuUsage();
  times.cpuMs = (user + system) / 1000;
  times.cacheRejected = script?.cachedDataRejected;
  writeSync(3, JSON.stringify({ ...times, answer }));
  process.exit(0);
}

run().catch((error) => {
  console.error(error);
  process.exit(1);
});
