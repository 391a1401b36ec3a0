import { productionDependencies } from '../app/production.ts';
import { makeReconcileHandler } from '../app/reconcile-handler.ts';
import { readLambdaSettings } from '../app/settings.ts';

const { current } = productionDependencies(readLambdaSettings(), { access: 'read', executorRoleArn: null });

/** The scheduled function that completes abandoned operations. */
export const handler = makeReconcileHandler(current);
