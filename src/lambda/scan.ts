import { productionDependencies } from '../app/production.ts';
import { makeScanHandler } from '../app/scan-handler.ts';
import { readScanFunctionSettings } from '../app/scan-settings.ts';
import { makeDynamoDbObservations } from '../ledger/dynamodb-observations.ts';

const { scan, ...settings } = readScanFunctionSettings();
const { current, client } = productionDependencies(settings, { access: 'read', executorRoleArn: null });
const observations = makeDynamoDbObservations({ client, ...settings });

/** The scheduled function that observes the associations of all clusters. */
export const handler = makeScanHandler(current, observations, scan);
