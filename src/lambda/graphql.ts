import { createHandler } from '../graphql/handler.ts';
import { productionDependencies } from '../app/production.ts';

const { deps, authenticate } = productionDependencies();

/** The function behind `POST /graphql`, by JWT or by IAM. */
export const handler = createHandler(deps, authenticate);
