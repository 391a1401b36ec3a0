import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../runtime/log.ts';
import { startLocalGateway } from '../local/gateway.ts';
import type { LocalGateway } from '../local/gateway.ts';
import { mintToken, principals } from '../local/principals.ts';
import { loadSigningKey } from '../local/keys.ts';
import { createClient } from './client.ts';
import type { DemoInput } from './client.ts';
import { printStep, printTrail, say } from './print.ts';
import { demoSteps } from './steps.ts';
import type { Step } from './steps.ts';
import { readLocalSettings } from '../local/settings.ts';

/**
 * `npm run demo`: the gateway, its ledger and a simulated EKS on free ports of this machine, and what an owner of a
 * namespace meets there. Exits with 0 only if every answer was what it should be.
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
    createLog((line) => log.push(line)),
  );
  try {
    const failures = await run(gateway, folder);
    if (failures === 0) return true;
    say(`${failures} answers were not what they should be. The gateway's log:\n${log.join('')}`);
    return false;
  } finally {
    await gateway.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(gateway: LocalGateway, folder: string): Promise<number> {
  const alice = principals.find(({ name }) => name === 'alice');
  if (!alice || !gateway.simulator) throw new Error('The demo needs alice and the simulator.');
  const token = await mintToken(await loadSigningKey(folder), alice, { expiresInSeconds: 600 });
  const client = createClient(`${gateway.url}/graphql`, token);
  say(`The gateway listens on ${gateway.url}/graphql, a simulated EKS on ${gateway.simulator.url}.`);
  say('alice, an owner of the namespace payments, sends createPodIdentityAssociation eight times:');

  let failures = 0;
  const steps = demoSteps(gateway.simulator);
  for (const [index, step] of steps.entries()) {
    if (!(await take(step, index + 1, steps[0]?.input ?? {}, client))) failures += 1;
  }
  printTrail(await client.trail());
  say(failures === 0 ? `All ${steps.length} answers are what they should be.` : '');
  return failures;
}

async function take(
  step: Step,
  number: number,
  first: DemoInput,
  client: ReturnType<typeof createClient>,
): Promise<boolean> {
  step.before?.();
  const answer = await client.create(step.input);
  const problem = step.check(answer);
  printStep(number, step, first, answer, problem);
  return problem === null;
}

process.exitCode = (await demo()) ? 0 : 1;
