import { setTimeout as sleep } from 'node:timers/promises';
import type { EksProcess } from './eks.ts';
import type { Random } from './random.ts';
import { latestEffectMs } from './times.ts';

const changes = ['CreatePodIdentityAssociation', 'UpdatePodIdentityAssociation', 'DeletePodIdentityAssociation'];
const reads = ['DescribePodIdentityAssociation', 'ListPodIdentityAssociations'];

/** Kinds of docs/eks-simulator.md; those that bring nothing but a late answer may take longer than a holder's lease. */
const changeFaults = [
  ...['cut-after', 'cut-before', 'error-after', 'error-before', 'hang', 'hang-after', 'throttle', 'access-denied'],
  ...['late-effect', 'late-effect', 'delay', 'delay', 'delay-before'],
];
const readFaults = ['cut-before', 'error-before', 'throttle', 'delay', 'hang'];

/** Longest delay of an answer, in milliseconds. */
const latestAnswerMs = 1_800;

/** Lets something go wrong at EKS every few requests, until `signal`. */
export async function makeTrouble(eks: EksProcess, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await eks.steer('POST faults', someFault(random));
    await sleep(random.between(100, 600));
  }
  await eks.steer('DELETE faults');
}

function someFault(random: Random): object {
  const isChange = random.chance(0.8);
  const operation = random.oneOf(isChange ? changes : reads);
  const kind = random.oneOf(isChange ? changeFaults : readFaults);
  if (kind === 'delay') return { operation, kind, delayMs: random.between(20, latestAnswerMs) };
  const takesEffectLate = kind === 'late-effect' || kind === 'delay-before';
  return { operation, kind, ...(takesEffectLate && { delayMs: random.between(20, latestEffectMs) }) };
}
