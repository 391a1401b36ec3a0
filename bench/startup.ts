// Start-up of the command beside that of the AWS CLI: npm run bench -- startup. Pairs of starts, in
// turn, so that the load of the machine meets both; the medians of the times and of the ratios of
// the pairs.
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startAnsweringServer } from '../test/support/answering-server.ts';
import { awsCli, missingAwsCli } from '../test/support/aws-cli.ts';
import { median } from './statistics.ts';

const command = join(import.meta.dirname, '../packages/command');
const rounds = 15;
const run = promisify(execFile);

if (awsCli === null) throw new Error(`No comparison: ${missingAwsCli}.`);
execFileSync(process.execPath, ['build.js'], { cwd: command, stdio: 'inherit' });

const gateway = await startAnsweringServer((response) => response.end('{"data":{"viewer":{"id":"x"}}}'));
const whoami = ['whoami', '--token', 't', '--endpoint-url', gateway.endpoint];
const skeleton = ['list-pod-identity-associations', '--cluster-name', 'c', '--generate-cli-skeleton', 'output'];
const starts: Readonly<Record<string, readonly string[]>> = {
  'aws --version': [awsCli, '--version'],
  'aws eks … --generate-cli-skeleton': [awsCli, 'eks', ...skeleton, '--region', 'eu-central-1'],
  'pod-identity --version': [process.execPath, join(command, 'dist/main.js'), '--version'],
  'pod-identity … --generate-cli-skeleton': [process.execPath, join(command, 'dist/main.js'), ...skeleton],
  'pod-identity whoami': [process.execPath, join(command, 'dist/main.js'), ...whoami],
};

/** Milliseconds that a program takes. */
async function time([program = '', ...args]: readonly string[]): Promise<number> {
  const begin = performance.now();
  await run(program, args);
  return performance.now() - begin;
}

const times = Object.keys(starts).map((): number[] => []);
for (let round = 0; round <= rounds; round += 1) {
  for (const [index, line] of Object.values(starts).entries()) {
    const ms = await time(line);
    // The first round fills the caches of the file system.
    if (round > 0) times[index]?.push(ms);
  }
}
const [reference = []] = times;
console.log(`${rounds} rounds, Node.js ${process.versions.node}, medians`);
for (const [index, name] of Object.keys(starts).entries()) {
  const ratio = median((times[index] ?? []).map((ms, round) => ms / (reference[round] ?? NaN)));
  const figures = [
    median(times[index] ?? [])
      .toFixed(0)
      .padStart(6),
    'ms',
    ratio.toFixed(2).padStart(6),
  ].join(' ');
  console.log(`${name.padEnd(42)} ${figures} of aws --version`);
}
await gateway.stop();
