import { makeExpireHandler } from '../app/expire-handler.ts';
import { readExpireFunctionSettings } from '../app/expire-settings.ts';
import { productionDependencies } from '../app/production.ts';
import { dynamoDbItems } from '../ledger/dynamodb/items.ts';
import { storedApprovals } from '../ledger/stored/approvals.ts';
import { storedObservations } from '../ledger/stored/observations.ts';

const { expire, executorRoleArn, ...settings } = readExpireFunctionSettings();
const eks = { access: 'expire', executorRoleArn } as const;
const { current, stores } = productionDependencies(settings, eks, (tables) => ({
  observations: storedObservations(dynamoDbItems(tables)),
  approvals: storedApprovals(dynamoDbItems(tables)),
}));

/**
 * The scheduled function that deletes associations at their expiry, warns of expiries, and records
 * the end of approvals.
 */
export const handler = makeExpireHandler(current, stores, expire);
