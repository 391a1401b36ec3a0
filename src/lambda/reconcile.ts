import { productionDependencies } from '../app/production.ts';
import { makeReconcileHandler } from '../app/reconcile-handler.ts';
import { readLambdaSettings } from '../app/settings.ts';
import { dynamoDbTransactedItems } from '../ledger/dynamodb/items.ts';
import { storedRepairs } from '../ledger/stored/repairs.ts';

const eks = { access: 'read', executorRoleArn: null } as const;
const { current, stores } = productionDependencies(readLambdaSettings(), eks, (tables) => ({
  repairs: storedRepairs(dynamoDbTransactedItems(tables)),
}));

/** The scheduled function that completes abandoned operations. */
export const handler = makeReconcileHandler(current, stores.repairs);
