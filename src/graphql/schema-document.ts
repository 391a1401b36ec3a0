import { parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import { typeDefs } from '../generated/schema.ts';

/** The schema as a syntax tree. In the bundles, the build has parsed it: `deploy/optimize.ts`. */
export const schemaDocument: DocumentNode = parse(typeDefs, { noLocation: true });
