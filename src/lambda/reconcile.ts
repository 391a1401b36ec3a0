import type { Context } from 'aws-lambda';
import { settle } from '../operations/reconcile.ts';
import { productionParts } from '../app/production.ts';

const { parts } = productionParts();

/** Kept back from the function's time for its answer. */
const answerMs = 2_000;

/** The function on a schedule that closes what no caller came back for. */
export async function handler(_event: unknown, context: Context) {
  const deadline = parts.clock() + context.getRemainingTimeInMillis() - answerMs;
  const settled = await settle(parts, context.awsRequestId, deadline);
  parts.log('info', 'Operations were settled.', { ...settled });
  return settled;
}
