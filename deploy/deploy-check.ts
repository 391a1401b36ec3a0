// A plugin of the Serverless Framework that rejects wrong settings before anything is deployed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOrigin } from '../src/app/environment.ts';
import { parseIssuers, trustedIssuers } from '../src/app/issuers.ts';
import type { JwtVerification } from '../src/app/issuers.ts';
import { parseInventory } from '../src/policy/inventory.ts';

/** Part of the placeholders in `serverless.yml` for issuer and audience. */
const notSet = 'not-set.invalid';

/** The account of the example inventory; AWS reserves it for documentation. */
const exampleAccountId = '111122223333';

/** The part of the framework's API that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly processedInput: { readonly commands: readonly string[] };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly service: {
    readonly provider: {
      readonly httpApi: {
        readonly authorizers: { readonly jwt: { readonly issuerUrl: string; readonly audience: readonly string[] } };
      };
    };
    readonly custom: {
      readonly corsOrigins: string;
      readonly assumeRoleArns: string;
      readonly jwtAuthorizer: string;
      readonly jwtVerification: JwtVerification;
    };
  };
}

/** The settings of a deployment. */
export interface DeployChoice {
  readonly issuer: string;
  /** Each can be several, separated by commas. */
  readonly audience: readonly string[];
  /** Separated by commas. */
  readonly assumeRoleArns: string;
  /** Separated by commas. */
  readonly corsOrigins: string;
  /** The text of the inventory in the package. */
  readonly inventory: string;
  /** `api-gateway` or `function`. */
  readonly jwtAuthorizer: string;
  readonly jwtVerification: JwtVerification;
  /** The text of the issuers file in the package. */
  readonly issuers: string;
}

/** Why a deployment would not work, one sentence each; empty when no problem is found. Throws for an invalid inventory. */
export function deployProblems(choice: DeployChoice): string[] {
  const { issuer, audience, assumeRoleArns, corsOrigins, inventory } = choice;
  const given = assumeRoleArns === '' ? [] : assumeRoleArns.split(',');
  const { accounts } = parseInventory(inventory);
  const missing = accounts.flatMap(({ roleArn }) => roleArn ?? []).filter((arn) => !given.includes(arn));
  return [
    ...(issuer.includes(notSet)
      ? [
          'jwtIssuer is not set: give the https URL of the issuer of your tokens, by --param="jwtIssuer=…" or JWT_ISSUER.',
        ]
      : []),
    ...(audience.includes(notSet)
      ? ['jwtAudience is not set: give the audience of your tokens, by --param="jwtAudience=…" or JWT_AUDIENCE.']
      : []),
    ...audience
      .flatMap((list) => list.split(','))
      .filter((one) => !/^\S+$/.test(one))
      .map((one) => `jwtAudience has "${one}": separate audiences by commas without spaces.`),
    ...given
      .filter((arn) => !/^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/.test(arn))
      .map(
        (arn) => `assumeRoleArns has "${arn}", which is not an IAM role ARN: separate ARNs by commas without spaces.`,
      ),
    ...(corsOrigins === '' ? [] : corsOrigins.split(','))
      .filter((origin) => !isOrigin(origin))
      .map((origin) => `corsOrigins has "${origin}", which is not an origin, such as https://console.example.`),
    ...accounts
      .filter(({ accountId }) => accountId === exampleAccountId)
      .map(
        (example) =>
          `The inventory names the account ${example.accountId}, which is an example: build with your own inventory.`,
      ),
    ...missing.map((arn) => `The inventory names ${arn}, which assumeRoleArns does not contain: add it there.`),
    ...issuerProblems(choice),
  ];
}

/** A function that would not start, and settings under which tokens would pass without a verified signature or never pass. */
function issuerProblems({ issuer, audience, jwtAuthorizer, jwtVerification, issuers }: DeployChoice): string[] {
  const entries = parseIssuers(issuers);
  const problems: string[] = [];
  if (jwtAuthorizer !== 'api-gateway' && jwtAuthorizer !== 'function') {
    problems.push(`jwtAuthorizer is "${jwtAuthorizer}": set it to api-gateway or function.`);
  }
  if (jwtAuthorizer === 'function' && jwtVerification !== 'on') {
    problems.push('jwtAuthorizer is function, so only the function verifies tokens: set JWT_VERIFICATION to on.');
  }
  if (jwtAuthorizer === 'api-gateway' && entries.length > 1) {
    problems.push(`API Gateway accepts tokens of ${issuer} only: for several issuers, set jwtAuthorizer to function.`);
  }
  try {
    trustedIssuers(entries, { issuer, audiences: audience, verification: jwtVerification });
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return problems;
}

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function deployCheck(serverless: Serverless) {
  const stop = (problems: readonly string[]) => {
    if (problems.length > 0) throw new serverless.classes.Error(problems.join('\n'), 'DEPLOY_CHECK_FAILED');
  };
  const dist = join(serverless.serviceDir, 'dist');
  const built = () => {
    const isThere = ['graphql.mjs', 'reconcile.mjs', 'policies', 'issuers.json'].every((name) =>
      existsSync(join(dist, name)),
    );
    stop(isThere ? [] : [`${dist} lacks the bundles: run \`npm run build\` first.`]);
  };
  const chosen = () => {
    const [command] = serverless.processedInput.commands;
    if (command !== 'deploy') return;
    built();
    const { provider, custom } = serverless.service;
    const { issuerUrl: issuer, audience } = provider.httpApi.authorizers.jwt;
    const inventory = readFileSync(join(dist, 'policies', 'inventory.json'), 'utf8');
    const issuers = readFileSync(join(dist, 'issuers.json'), 'utf8');
    stop(deployProblems({ ...custom, issuer, audience, inventory, issuers }));
  };
  return { hooks: { initialize: chosen, 'before:package:initialize': built } };
}
