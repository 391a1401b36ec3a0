import { readFileSync } from 'node:fs';
import { makeGatewayHandler } from '../app/gateway-handler.ts';
import { parseIssuers, trustedIssuers } from '../app/issuers.ts';
import { productionDependencies } from '../app/production.ts';
import { readGraphqlSettings } from '../app/settings.ts';
import { warmUp } from '../app/warm-up.ts';
import { dynamoDbItems } from '../ledger/dynamodb/items.ts';
import { storedApprovals } from '../ledger/stored/approvals.ts';
import { storedAssociationReads } from '../ledger/stored/association-reads.ts';
import { makePolicyTexts } from '../policy-versions/policy-texts.ts';

const { issuersFile, issuer, executorRoleArn, ...settings } = readGraphqlSettings();
const issuers = trustedIssuers(parseIssuers(readFileSync(issuersFile, 'utf8')), issuer);
const eks = { access: 'change', executorRoleArn, policyTexts: makePolicyTexts } as const;
const { deps, current } = productionDependencies(settings, eks, (tables) => ({
  associations: storedAssociationReads(dynamoDbItems(tables)),
  approvals: storedApprovals(dynamoDbItems(tables)),
}));

/** The function behind `POST /graphql` (JWT) and `POST /iam/graphql` (AWS credentials). */
export const handler = makeGatewayHandler(deps, { ...settings, issuers }, current);

/** Lambda sends the first request when this is done: `deploy/bundle/start.mjs` waits for it. */
export const initialized = warmUp(deps, current);
