import { makeExpireHandler } from '../app/expire-handler.ts';
import { readExpireFunctionSettings } from '../app/expire-settings.ts';
import { productionDependencies } from '../app/production.ts';
import { makeDynamoDbObservations } from '../ledger/dynamodb-observations.ts';

const { expire, executorRoleArn, ...settings } = readExpireFunctionSettings();
const { current, client } = productionDependencies(settings, { access: 'change', executorRoleArn });
const observations = makeDynamoDbObservations({ client, ...settings });

/** The scheduled function that deletes associations at their ending, and warns of endings. */
export const handler = makeExpireHandler(current, observations, expire);
