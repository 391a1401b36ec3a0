import { productionDependencies } from '../app/production.ts';
import { makeReconcileHandler } from '../app/reconcile-handler.ts';
import { readLambdaSettings } from '../app/settings.ts';
import { makeDynamoDbRepairs } from '../ledger/dynamodb-repairs.ts';

const settings = readLambdaSettings();
const { current, client } = productionDependencies(settings, { access: 'read', executorRoleArn: null });

/** The scheduled function that completes abandoned operations. */
export const handler = makeReconcileHandler(current, makeDynamoDbRepairs({ client, ...settings }));
