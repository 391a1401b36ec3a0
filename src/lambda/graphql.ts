import { createHandler } from '../graphql/handler.ts';
import { productionDependencies } from '../app/production.ts';

const { deps, authenticate } = productionDependencies('change');

/** The function behind `POST /graphql` (JWT) and `POST /iam/graphql` (AWS credentials). */
export const handler = createHandler(deps, authenticate);
