import { createHandler } from '../graphql/handler.ts';
import { productionDependencies } from '../app/production.ts';
import { warmUp } from '../app/warm-up.ts';

const { deps, authenticate } = productionDependencies();

/** The function behind `POST /graphql` (JWT) and `POST /iam/graphql` (AWS credentials). */
export const handler = createHandler(deps, authenticate);

/** Lambda sends the first request when this is done: `deploy/bundle/start.mjs` waits for it. */
export const initialized = warmUp(deps);
