import { setTimeout as sleep } from 'node:timers/promises';
import type { EksProcess } from './eks.ts';
import type { Random } from './random.ts';
import { latestEffectMs } from './times.ts';

const changes = ['CreatePodIdentityAssociation', 'UpdatePodIdentityAssociation', 'DeletePodIdentityAssociation'];
const reads = ['DescribePodIdentityAssociation', 'ListPodIdentityAssociations'];

/** Fault kinds of docs/eks-simulator.md. Those that only delay the response may take longer than a lease. */
const changeFaults = [
  ...['cut-after', 'cut-before', 'error-after', 'error-before', 'hang', 'hang-after', 'throttle', 'access-denied'],
  ...['late-effect', 'late-effect', 'delay', 'delay', 'delay-before'],
];
const readFaults = ['cut-before', 'error-before', 'throttle', 'delay', 'hang'];

/** Longest delay of a response, in milliseconds. */
const latestAnswerMs = 1_800;

/** Injects a random EKS fault every few requests until `signal` aborts. */
export async function injectFaults(eks: EksProcess, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await eks.control('POST faults', randomFault(random));
    await sleep(random.between(100, 600));
  }
  await eks.control('DELETE faults');
}

function randomFault(random: Random): object {
  const isChange = random.chance(0.8);
  const operation = random.oneOf(isChange ? changes : reads);
  const kind = random.oneOf(isChange ? changeFaults : readFaults);
  if (kind === 'delay') return { operation, kind, delayMs: random.between(20, latestAnswerMs) };
  const takesEffectLate = kind === 'late-effect' || kind === 'delay-before';
  return { operation, kind, ...(takesEffectLate && { delayMs: random.between(20, latestEffectMs) }) };
}
