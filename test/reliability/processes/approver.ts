import { setTimeout as sleep } from 'node:timers/promises';
import type { VoteAnswer } from '../facts.ts';
import { readPending, sendVote } from './request.ts';
import type { LoadVote } from './request.ts';
import type { Random } from './random.ts';

/** A person who votes on what is asked for. */
export interface Approver {
  readonly name: string;
  readonly urls: readonly [string, string];
  readonly bearer: string;
  readonly random: Random;
  readonly onAnswer: (answer: VoteAnswer) => void;
  readonly isOver: () => boolean;
}

/** Longest wait for an answer, in milliseconds. */
const patienceMs = 4_000;

/** Votes on every pending approval, again and again: mostly for it, now and then on both gateways at once. */
export async function runApprover({ name, urls, bearer, random, onAnswer, isOver }: Approver): Promise<void> {
  const vote = async (url: string, one: LoadVote) => onAnswer(await sendVote(url, bearer, one, patienceMs));
  while (!isOver()) {
    await sleep(random.between(50, 400));
    for (const publicId of await readPending(random.oneOf(urls), bearer, patienceMs)) {
      const kind = random.chance(0.05) ? 'reject' : 'approve';
      const receivers = random.chance(0.2) ? urls : [random.oneOf(urls)];
      await Promise.all(receivers.map((url) => vote(url, { by: name, vote: kind, publicId })));
      if (isOver()) return;
    }
  }
}
