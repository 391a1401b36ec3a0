import { productionDependencies } from '../app/production.ts';
import { makeReconcileHandler } from '../app/reconcile-handler.ts';
import { readLambdaSettings } from '../app/settings.ts';
import { makeDynamoDbObservations } from '../ledger/dynamodb-observations.ts';

const settings = readLambdaSettings();
const { current, client } = productionDependencies(settings, { access: 'read', executorRoleArn: null });

/** The scheduled function that completes abandoned operations. */
export const handler = makeReconcileHandler(current, makeDynamoDbObservations({ client, ...settings }));
