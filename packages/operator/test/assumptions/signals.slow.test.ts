// Quick test: packages/operator/test/assumptions/command.test.ts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { startEksSimulator } from '../../../eks-simulator/src/index.ts';
import type { EksSimulator } from '../../../eks-simulator/src/index.ts';
import { closeAtEnd } from '../../../../test/support/left-open.ts';

const bin = join(import.meta.dirname, '../../bin/pod-identity-operator.cjs');
const role = 'arn:aws:iam::111122223333:role/pods/payments/';

let simulator: EksSimulator;

beforeEach(async () => {
  simulator = await startEksSimulator();
  closeAtEnd(simulator.close);
});

/** Starts the command as a process of its own. */
function startCommand() {
  const args = ['assumptions', '--cluster', 'apps-dev', '--role-arn', `${role}payments-api`, '--json'];
  const child = spawn(process.execPath, [bin, ...args, '--target-role-arn', `${role}irsa-only`, '--tries', '1'], {
    env: {
      ...{ PATH: process.env.PATH, AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL_EKS: simulator.url },
      ...{ AWS_ACCESS_KEY_ID: 'simulator', AWS_SECRET_ACCESS_KEY: 'x', LIST_LAG_MS: '300' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closeAtEnd(() => Promise.resolve(child.kill('SIGKILL')));
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'close').then(async ([code, signal]) => {
    const [stdout, stderr] = await output;
    return { code: code as number | null, signal: signal as string | null, stdout, stderr };
  });
  return { child, ended };
}

/** Waits until trials have begun and one has an association. */
async function untilAssociation(): Promise<void> {
  const { control } = simulator;
  while (control.requests().length < 20 || control.associations().length === 0) await setTimeout(1);
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the trials, and deletes what they created', async (signal) => {
  const { child, ended } = startCommand();
  await untilAssociation();
  child.kill(signal);
  const { code, stdout, stderr } = await ended;
  expect(code).toBe(2);
  expect(stderr).toContain(`${signal}: not all assumptions were tried.`);
  expect(JSON.parse(stdout)).toMatchObject({ problem: expect.stringContaining(signal) });
  expect(simulator.control.associations()).toEqual([]);
});

test('the run after one that was killed deletes what that one left', async () => {
  // The deletion of what a killed run created can be under way: then another one is killed.
  while (simulator.control.associations().length === 0) {
    const { child, ended } = startCommand();
    await untilAssociation();
    child.kill('SIGKILL');
    await ended;
  }
  const { code, stderr } = await startCommand().ended;
  expect(stderr).toMatch(/^Deleted \d associations that an earlier run left\./);
  expect(code).toBe(0);
  expect(simulator.control.associations()).toEqual([]);
});
