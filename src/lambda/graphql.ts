import { createHandler } from '../graphql/handler.ts';
import { productionParts } from '../app/production.ts';

const { parts, identify } = productionParts();

/** The function behind `POST /graphql`, by JWT or by IAM. */
export const handler = createHandler(parts, identify);
