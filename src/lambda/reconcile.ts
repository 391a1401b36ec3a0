import type { Context } from 'aws-lambda';
import { reconcile } from '../operations/reconcile.ts';
import { productionDependencies } from '../app/production.ts';

const { deps } = productionDependencies();

/** Kept back from the function's time for its answer. */
const answerMs = 2_000;

/** The function on a schedule that closes what no caller came back for. */
export async function handler(_event: unknown, context: Context) {
  const deadline = deps.clock() + context.getRemainingTimeInMillis() - answerMs;
  const settled = await reconcile(deps, context.awsRequestId, deadline);
  deps.log('info', 'Operations were settled.', { ...settled });
  return settled;
}
