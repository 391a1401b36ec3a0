import { productionDependencies } from '../app/production.ts';
import { makeScanHandler } from '../app/scan-handler.ts';
import { readScanFunctionSettings } from '../app/scan-settings.ts';
import { dynamoDbUpdatedItems } from '../ledger/dynamodb/items.ts';
import { storedObservations } from '../ledger/stored/observations.ts';

const { scan, ...settings } = readScanFunctionSettings();
const eks = { access: 'read', executorRoleArn: null } as const;
const { current, stores } = productionDependencies(settings, eks, (tables) => ({
  observations: storedObservations(dynamoDbUpdatedItems(tables)),
}));

/** The scheduled function that observes the associations of all clusters. */
export const handler = makeScanHandler(current, stores.observations, scan);
