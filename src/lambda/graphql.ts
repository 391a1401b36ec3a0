import { createGatewayHandler } from '../app/compose.ts';
import { productionDependencies } from '../app/production.ts';
import { readGraphqlSettings } from '../app/settings.ts';

const settings = readGraphqlSettings();
const { deps, policy } = productionDependencies(settings);

/** The function behind `POST /graphql` (JWT) and `POST /iam/graphql` (AWS credentials). */
export const handler = createGatewayHandler(deps, policy, settings);
