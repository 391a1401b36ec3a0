import type { Context } from 'aws-lambda';
import { reconcile } from '../operations/reconcile.ts';
import { productionDependencies } from '../app/production.ts';
import { readLambdaSettings } from '../app/settings.ts';

const { deps, current } = productionDependencies(readLambdaSettings(), { access: 'read', executorRoleArn: null });

/** Time kept back so that the run ends before the function times out. Milliseconds. */
const answerMs = 2_000;

/** The scheduled function that completes abandoned operations. */
export async function handler(_event: unknown, context: Context) {
  const deadline = deps.clock() + context.getRemainingTimeInMillis() - answerMs;
  const result = await reconcile(await current(), context.awsRequestId, deadline);
  deps.log('info', 'Operations reconciled.', { ...result });
  return result;
}
