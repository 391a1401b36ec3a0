import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../../tools/command.ts';
import { makeLog } from '../../../../src/runtime/log.ts';
import { startLocalGateway } from '../gateway.ts';
import type { LocalGateway } from '../gateway.ts';
import { mintToken, principals } from '../principals.ts';
import { loadSigningKey } from '../keys.ts';
import { approvalSteps, runVote } from './approval.ts';
import { makeClient } from './client.ts';
import type { DemoClient } from './client.ts';
import { printStep, printTrail, say } from './print.ts';
import type { FirstRequest } from './print.ts';
import { demoSteps } from './steps.ts';
import type { Step } from './steps.ts';
import { readLocalSettings } from '../settings.ts';

const help = `Walks through typical requests of a namespace owner, and one that a second person has to approve, against the gateway and a simulated EKS on
free ports of this machine. Keeps everything in memory and in a temporary folder, which is removed at the end.

Usage: npm run demo

  -h, --help  print this text

Exits with 0 when every response is the expected one, else with 1.
`;

/**
 * Starts the gateway, runs the steps and stops it. True when every response is the expected one.
 */
async function demo(): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'pod-identity-gateway-'));
  const log: string[] = [];
  const settings = {
    ...readLocalSettings({ LOCAL_FOLDER: folder, LEDGER_FILE: ':memory:' }),
    port: 0,
    eksSimulatorPort: 0,
  };
  const gateway = await startLocalGateway(
    settings,
    makeLog((line) => log.push(line)),
  );
  try {
    const failures = await run(gateway, folder);
    if (failures === 0) return true;
    say(`${failures} responses are not the expected ones. The log of the gateway:\n${log.join('')}`);
    return false;
  } finally {
    await gateway.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(gateway: LocalGateway, folder: string): Promise<number> {
  if (!gateway.simulator) throw new Error('The demo needs the simulator.');
  const [alice, pat, kim] = await Promise.all([
    clientOf('alice', gateway, folder),
    clientOf('pat', gateway, folder),
    clientOf('kim', gateway, folder),
  ]);
  say(`The gateway listens on ${gateway.url}/graphql, a simulated EKS on ${gateway.simulator.url}.`);
  say('alice, an owner of the namespace payments, sends createPodIdentityAssociation:');

  const story = approvalSteps(gateway.simulator, pat, kim);
  const steps = [...demoSteps(gateway.simulator, alice), ...story.steps];
  let failures = 0;
  for (const [index, step] of steps.entries()) {
    const isExpected =
      'voter' in step
        ? await runVote(step, index + 1, story.approvalId())
        : await runStep(step, index + 1, firstOf(step, steps));
    if (!isExpected) failures += 1;
  }
  printTrail([...(await alice.trail()), ...(await pat.trail())]);
  say(failures === 0 ? `All ${steps.length} responses are the expected ones.` : '');
  return failures;
}

async function clientOf(wanted: string, { url }: LocalGateway, folder: string): Promise<DemoClient> {
  const principal = principals.find(({ name }) => name === wanted);
  if (!principal) throw new Error(`The demo needs the example principal ${wanted}.`);
  const token = await mintToken(await loadSigningKey(folder), principal, { expiresInSeconds: 600 });
  return makeClient(`${url}/graphql`, token);
}

function firstOf({ client }: Step, steps: readonly object[]): FirstRequest {
  const index = steps.findIndex((one) => 'client' in one && one.client === client);
  return { number: index + 1, input: (steps[index] as Step).input };
}

async function runStep(step: Step, number: number, first: FirstRequest): Promise<boolean> {
  step.before?.();
  const answer = await step.client.create(step.input);
  const problem = step.check(answer);
  printStep(number, step, first, answer, problem);
  return problem === null;
}

process.exitCode = await runCommand({ help, options: {}, run: async () => ((await demo()) ? 0 : 1) });
