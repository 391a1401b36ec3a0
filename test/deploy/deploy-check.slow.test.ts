// No quick test: it needs a build or a package.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { architectureNotice, codeCacheNotice } from '../../deploy/code-cache-notice.ts';
import { packageProblems } from '../../deploy/package-problems.ts';
import { describeProblems } from '../../deploy/problems.ts';
import { placementProblems } from '../../deploy/placement-problems.ts';
import { settingProblems } from '../../deploy/setting-problems.ts';
import { shellProblems, shellVariables } from '../../deploy/shell-variables.ts';
import { startAnsweringServer } from '../support/answering-server.ts';
import { openService } from '../support/lambda-package.ts';
import {
  changeRole,
  fullParams,
  homeAccount,
  inventoryWith,
  neededParams,
  operatorRoles,
  otherAccount,
  ownInventory,
  ownIssuers,
  paramArguments,
  readRole,
} from '../support/deployment.ts';

/** Where the parameters and inventory of the tests belong; without credentials, the inventory tells the account. */
const placement = { service: 'pod-identity-gateway', stage: 'prod', region: 'eu-central-1', accountId: null };

const statements = (problems: readonly { readonly what: string }[]) => problems.map(({ what }) => what);

describe('Settings', () => {
  test('settings are accepted when every option is set', () => {
    expect(settingProblems(fullParams)).toEqual([]);
  });

  test.each([
    [{ pageResource: 'https://gateway.corp.dev/' }, 'pageResource is not the URL of the gateway'],
    [{ pageResource: 'urn:gateway' }, 'pageResource is not the URL of the gateway'],
    [{ jwtAudience: 'gateway' }, 'jwtAudience lacks pageResource, https://gateway.corp.dev'],
    [{ pageClientId: '' }, 'commandClientId is set, but there is no page'],
  ])('a client of the command needs the URL of the gateway as audience: %j', (change, problem) => {
    expect(statements(settingProblems({ ...fullParams, ...change })).join()).toContain(problem);
  });

  test.each([
    ['jwtIssuer', 'https://not-set.invalid', 'is not set'],
    ['jwtIssuer', 'http://login.corp.dev', 'not the https URL'],
    ['jwtIssuer', 'https://issuer.example', 'not the https URL of an issuer of your own'],
    ['jwtIssuer', 'https://login.example.com', 'not the https URL of an issuer of your own'],
    ['commandClientId', 'a b', 'not the ID of a client'],
    ['jwtAudience', 'not-set.invalid', 'is not set'],
    ['jwtAudience', 'gateway, pods', '" pods", which is not an audience'],
    ['jwtAudience', 'gateway,', '"", which is not an audience'],
    ['jwtAuthorizer', 'lambda', 'not one of api-gateway, function'],
    ['jwtVerification', 'yes', 'not one of auto, on, off'],
    ['corsOrigins', '*', 'not an origin'],
    ['corsOrigins', 'https://console.corp.dev/', 'not an origin'],
    ['corsOrigins', 'https://a.corp.dev, https://b.corp.dev', '" https://b.corp.dev", which is not an origin'],
    ['rolePath', '*', 'not a path of roles'],
    ['rolePath', '/pods/*', 'not a path of roles'],
    ['rolePath', 'pods/*, teams/*', '" teams/*", which is not a path'],
    ['otherAccounts', 'all', 'not organization, an organizational unit'],
    ['otherAccounts', changeRole, 'not organization, an organizational unit'],
    ['otherAccounts', 'o-a1b2c3d4e5/ou-ab12-11112222', 'not organization, an organizational unit'],
    ['otherAccounts', `organization,${otherAccount}`, 'values of different kinds'],
    ['tags', Array.from({ length: 60 }, (_, index) => `tag-${index}=x`).join(), '60 tags; a resource takes 49'],
    ['tags', 'team=a,team=b', 'team more than once'],
    ['jwtAudience', Array.from({ length: 51 }, (_, index) => `a-${index}`).join(), '51 audiences'],
    ['graphqlConcurrency', '999999', 'not a number of concurrent requests up to 9900'],
    ['alarmTopicArn', 'alarms', 'not the ARN of an SNS topic'],
    ['logRetentionInDays', '100', 'not a retention'],
    ['tags', 'team', 'not a tag'],
    ['tags', 'aws:team=x', 'not a tag'],
    ['permissionsBoundaryArn', 'boundary', 'not the ARN of a managed policy'],
    ['breakGlassRoleArn', `arn:aws:sts::${homeAccount}:assumed-role/a/b`, 'not an IAM role ARN'],
    ['operatorRoleArns', '', 'No role may set locks'],
    ['operatorRoleArns', `${operatorRoles[0]}, ${operatorRoles[1]}`, 'not an IAM role ARN'],
    ['operatorRoleArns', `arn:aws:sts::${homeAccount}:assumed-role/a/b`, 'not an IAM role ARN'],
    ['tableKeyArn', `arn:aws:kms:eu-central-1:${homeAccount}:alias/tables`, 'not the ARN of a KMS key'],
    ['erasureRoleArn', `arn:aws:sts::${homeAccount}:assumed-role/a/b`, 'not an IAM role ARN'],
    ['policySource', 's3', 'not one of packaged, table'],
    ['policyPublisherRoleArn', 'publisher', 'not an IAM role ARN'],
    ['policyPublisherRoleArn', '', 'a table that no role may write to'],
    ['deletionProtection', 'yes', 'not one of true, false'],
    ['trafficShift', 'Canary', 'not one of AllAtOnce'],
    ['apiRateLimit', '0', 'not a number'],
    ['apiBurstLimit', 'many', 'not a number'],
    ['graphqlConcurrency', '0', 'not a number'],
    ['domainName', 'https://gateway.corp.dev', 'not a domain name'],
    ['certificateArn', 'certificate', 'not the ARN of a certificate'],
    ['certificateArn', '', 'has no certificate'],
    ['domainName', '', 'has no domain'],
    ['codeSigningConfigArn', 'csc', 'not the ARN of a code signing'],
    ['executorRole', 'yes', 'not one of true, false'],
    ['architecture', 'amd64', 'not one of machine, arm64, x86_64'],
    ['tracing', 'on', 'not one of PassThrough, Active'],
  ])('reject %s with "%s"', (name, value, what) => {
    expect(statements(settingProblems({ ...fullParams, [name]: value }))).toContainEqual(expect.stringContaining(what));
  });

  test.each([
    ['operatorRoleArns', 'breakGlassRoleArn'],
    ['operatorRoleArns', 'policyPublisherRoleArn'],
    ['breakGlassRoleArn', 'policyPublisherRoleArn'],
    ['operatorRoleArns', 'erasureRoleArn'],
  ] as const)('reject one role as %s and %s', (one, other) => {
    const shared = `arn:aws:iam::${homeAccount}:role/on-call`;
    const settings = { ...fullParams, [one]: shared, [other]: shared };
    expect(statements(settingProblems(settings))).toEqual([`${one} and ${other} name one role, ${shared}.`]);
  });

  test('need no operators in the stage dev', () => {
    expect(settingProblems({ ...fullParams, operatorRoleArns: '' }, 'dev')).toEqual([]);
  });

  test('reject an API without any address', () => {
    const limits = { apiRateLimit: '25', apiBurstLimit: '50' };
    const memory = Object.entries(fullParams).filter(([name]) => name.endsWith('Memory'));
    const settings = {
      ...neededParams,
      rolePath: 'pods/*',
      logRetentionInDays: '90',
      ...limits,
      ...Object.fromEntries(memory),
      defaultEndpoint: 'false',
    };
    expect(statements(settingProblems(settings))).toEqual([expect.stringContaining('has no address')]);
  });

  test('settings are all reported, each with its place and its fix', () => {
    const problems = settingProblems({ ...fullParams, jwtIssuer: '', tableKeyArn: 'x' });
    expect(describeProblems(problems)).toBe(
      [
        '2 problems:',
        '- jwtIssuer is not set.',
        '  where: --param="jwtIssuer=…", JWT_ISSUER or deploy/stages.yml',
        '  fix: Give the `iss` of your tokens; it must serve /.well-known/openid-configuration.',
        '- tableKeyArn has "x", which is not the ARN of a KMS key.',
        '  where: --param="tableKeyArn=…", TABLE_KEY_ARN or deploy/stages.yml',
        '  fix: Give the ARN of the key, not of an alias.',
      ].join('\n'),
    );
  });
});

describe('The notice about the code cache of a package', () => {
  const functions = { runtime: 'nodejs24.x', architecture: 'arm64' };

  test('names the only Node.js that uses it', () => {
    expect(codeCacheNotice({ nodeVersion: 'v24.21.0', architecture: 'arm64' }, functions)).toBe(
      "Only Node.js v24.21.0 on arm64 uses the code cache: where AWS's runtime has another version, a cold start compiles the bundle " +
        '(docs/performance.md#the-code-cache).',
    );
  });

  test.each([
    ['another architecture', 'v24.21.0', 'x64', functions],
    ['another version', 'v26.1.0', 'arm64', functions],
    [
      'another architecture than the one of the parameter',
      'v24.21.0',
      'arm64',
      { ...functions, architecture: 'x86_64' },
    ],
  ])(
    'says that the package lacks one if it was built on %s, and how to get it',
    (_what, nodeVersion, architecture, target) => {
      expect(codeCacheNotice({ nodeVersion, architecture }, target)).toBe(
        `The package lacks a code cache that its functions (nodejs24.x on ${target.architecture}) can use: it was built by Node.js ` +
          `${nodeVersion} on ${architecture}, so a cold start compiles the bundle. Build on ${target.architecture} in AWS's image ` +
          '(docs/performance.md#the-code-cache).',
      );
    },
  );

  test('accepts x64, as Node.js calls it, for x86_64', () => {
    const target = { ...functions, architecture: 'x86_64' };
    expect(codeCacheNotice({ nodeVersion: 'v24.21.0', architecture: 'x64' }, target)).toMatch(
      /^Only Node.js v24.21.0 on x64 uses/,
    );
  });
});

test.each([
  ['arm64', /^The functions run on arm64: with architecture x86_64, the time of Lambda would cost 25 % more /],
  ['x86_64', /^The functions run on x86_64: the time of Lambda costs 25 % more than with architecture arm64, /],
])('the notice about the architecture %s names the difference in price', (architecture, notice) => {
  expect(architectureNotice({ architecture })).toMatch(notice);
});

describe('A package', () => {
  const problemsOf = (inventory: string, policies = {}, settings = {}, accountId: string | null = homeAccount) =>
    statements(
      packageProblems(
        { inventory, policies, issuers: ownIssuers },
        { ...fullParams, ...settings },
        { ...placement, accountId },
      ),
    );

  /** The inventory with other fields at its top. */
  const changed = (fields: object) => JSON.stringify({ ...(JSON.parse(ownInventory) as object), ...fields });

  test('of an organization is accepted', () => {
    expect(problemsOf(ownInventory)).toEqual([]);
  });

  test('with an example account or issuer is rejected, with the line', () => {
    const inventory = ownInventory.replaceAll(homeAccount, '111122223333');
    const [problem] = packageProblems({ inventory, policies: {}, issuers: ownIssuers }, fullParams, placement);
    expect(problem).toMatchObject({
      what: 'inventory.json names the example 111122223333.',
      where: 'inventory.json:4',
    });
    expect(problemsOf(ownInventory.replace('login.corp.dev', 'login.example.org'))).toEqual([
      'inventory.json names the example login.example.org.',
    ]);
  });

  test('with an example account in a policy is rejected; comments may have one', () => {
    const text =
      '// arn:aws:iam::111122223333:role/x\nforbid (principal, action, resource)\nwhen { x == "444455556666" };';
    expect(problemsOf(ownInventory, { 'rules.cedar': text })).toEqual(['rules.cedar names the example 444455556666.']);
  });

  test('for another account than that of the credentials is rejected', () => {
    expect(problemsOf(ownInventory, {}, {}, '999900001111')).toEqual([
      'The credentials are of account 999900001111, which the inventory does not have.',
    ]);
    expect(problemsOf(ownInventory, {}, {}, otherAccount)).toEqual([
      `The credentials are of account ${otherAccount}, which has a roleArn in the inventory.`,
    ]);
    expect(problemsOf(ownInventory, {}, {}, null)).toEqual([]);
  });

  test('with two accounts without a role is rejected', () => {
    const account = (accountId: string) => ({ accountId, name: 'x', regions: ['eu-central-1', 'eu-west-1'] });
    const inventory = changed({ accounts: [account(homeAccount), account(otherAccount)] });
    expect(problemsOf(inventory)).toEqual([expect.stringContaining('have no roleArn')]);
  });

  test('that serves an account which otherAccounts does not contain is rejected', () => {
    const missing = `The inventory has accounts that otherAccounts does not contain: ${otherAccount}.`;
    expect(problemsOf(ownInventory, {}, { otherAccounts: '' })).toEqual([missing]);
    expect(problemsOf(ownInventory, {}, { otherAccounts: '999900001111' })).toEqual([missing]);
    expect(problemsOf(ownInventory, {}, { otherAccounts: `999900001111,${otherAccount}` })).toEqual([]);
    expect(problemsOf(ownInventory, {}, { otherAccounts: 'o-a1b2c3d4e5/r-ab12/ou-ab12-11112222' })).toEqual([]);
  });

  test('with operators of another account is rejected', () => {
    const elsewhere = `arn:aws:iam::${otherAccount}:role/operator`;
    expect(problemsOf(ownInventory, {}, { operatorRoleArns: `${operatorRoles[0]},${elsewhere}` })).toEqual([
      `operatorRoleArns has ${elsewhere}, which is not in the account of the gateway, ${homeAccount}.`,
    ]);
  });

  test('whose roles in other accounts are not those of this stage and region is rejected, with the number of such roles', () => {
    const elsewhere = inventoryWith([otherAccount, '555566667777'], 0, { stage: 'prod', region: 'us-east-1' });
    expect(problemsOf(elsewhere)).toEqual([
      `The inventory has ${changeRole.replace('eu-central-1', 'us-east-1')} for account ${otherAccount}, where this gateway may ` +
        `assume ${changeRole} only; 3 more roles are not those of this gateway.`,
    ]);
    const withoutRead = ownInventory.replace(/,\s*"readRoleArn": "[^"]*"/, '');
    expect(problemsOf(withoutRead)).toEqual([
      `The inventory has no readRoleArn for account ${otherAccount}, where this gateway may assume ${readRole} only.`,
    ]);
  });

  test('that allows a role outside rolePath is rejected', () => {
    const allowing = (role: string) =>
      changed({ namespaces: [{ name: 'search', owners: ['search-team'], roleArns: [role] }] });
    const role = (path: string) => `arn:aws:iam::${homeAccount}:role/${path}`;
    expect(problemsOf(allowing(role('teams/search/indexer')))).toEqual([]);
    expect(problemsOf(allowing(role('admin')))).toEqual([
      `The inventory allows the namespace search to use ${role('admin')}, which is not within rolePath (pods/*,teams/*).`,
    ]);
    // A role of another account is passed by the role there.
    expect(problemsOf(allowing(`arn:aws:iam::${otherAccount}:role/admin`))).toEqual([]);
  });
});

describe('The place of a deployment', () => {
  const problemsOf = (settings: object, place = {}) =>
    statements(placementProblems({ ...fullParams, ...settings }, { ...placement, accountId: homeAccount, ...place }));
  const settings = [
    ['alarmTopicArn', 'region'],
    ['certificateArn', 'region'],
    ['codeSigningConfigArn', 'region'],
    ['tableKeyArn', 'region'],
    ['breakGlassRoleArn', 'account'],
    ['erasureRoleArn', 'account'],
    ['permissionsBoundaryArn', 'account'],
  ] as const;

  test('accepts resources of its own account and region, and policies of AWS', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ permissionsBoundaryArn: 'arn:aws:iam::aws:policy/PowerUserAccess' })).toEqual([]);
    expect(problemsOf({}, { accountId: null })).toEqual([]);
  });

  test.each(settings)('rejects %s of another account', (setting) => {
    const elsewhere = fullParams[setting].replace(homeAccount, otherAccount);
    expect(problemsOf({ [setting]: elsewhere })).toEqual([
      `${setting} is in the account ${otherAccount}, and the deployment in the account ${homeAccount}.`,
    ]);
  });

  test.each(settings.filter(([, place]) => place === 'region'))('rejects %s of another region', (setting) => {
    const elsewhere = fullParams[setting].replace('eu-central-1', 'us-east-1');
    expect(problemsOf({ [setting]: elsewhere })).toEqual([
      `${setting} is in the region us-east-1, and the deployment in the region eu-central-1.`,
    ]);
  });

  test('rejects resources of another partition', () => {
    const elsewhere = fullParams.breakGlassRoleArn.replace('arn:aws:', 'arn:aws-cn:');
    expect(problemsOf({ breakGlassRoleArn: elsewhere })).toEqual([
      'breakGlassRoleArn is in the partition aws-cn, and the deployment in the partition aws.',
    ]);
  });

  test.each(['Prod', '1', 'prod.eu', 'a-very-long-stage'])('rejects the stage %s', (stage) => {
    expect(problemsOf({}, { stage })).toEqual([expect.stringContaining(`The stage is "${stage}"`)]);
  });

  test('the place of a deployment is checked with the account of the inventory where there are no credentials', () => {
    const alarmTopicArn = fullParams.alarmTopicArn.replace(homeAccount, otherAccount);
    const contents = { inventory: ownInventory, policies: {}, issuers: ownIssuers };
    expect(statements(packageProblems(contents, { ...fullParams, alarmTopicArn }, placement))).toEqual([
      `alarmTopicArn is in the account ${otherAccount}, and the deployment in the account ${homeAccount}.`,
    ]);
  });
});

describe('Variables of the shell', () => {
  const yml = readFileSync(join(import.meta.dirname, '..', '..', 'serverless.yml'), 'utf8');

  test('variables of the shell are told when they set something', () => {
    const env = { TAGS: 'team=x', TRACING: 'Active', LIST_LAG_MS: '45000', PREFLIGHT: '', OTHER: 'x' };
    expect(shellVariables(yml, env, { tags: 'team=x', tracing: 'PassThrough' })).toEqual([
      'TAGS=team=x',
      'LIST_LAG_MS=45000',
    ]);
    expect(shellVariables(yml, {}, { tags: '' })).toEqual([]);
  });

  test('variables of the shell are rejected when a function would not start with them', () => {
    expect(shellProblems(yml, { LIST_LAG_MS: '45000', TAGS: '???' })).toEqual([]);
    expect(statements(shellProblems(yml, { LIST_LAG_MS: '45s' }))).toEqual([
      expect.stringContaining('LIST_LAG_MS is "45s": set it to a whole number'),
    ]);
    expect(statements(shellProblems(yml, { LIST_LAG_MS: '1000' }))).toEqual([
      expect.stringContaining('LIST_LAG_MS is 1000: it can only be raised above its default of 30000'),
    ]);
    expect(statements(shellProblems(yml, { IAM_ROUTE: 'no' }))).toEqual([expect.stringContaining('IAM_ROUTE is "no"')]);
  });
});

describe('Issuers', () => {
  const [login] = JSON.parse(ownIssuers) as [object];
  const keyless = { issuer: fullParams.jwtIssuer, audiences: ['gateway'] };
  const partner = { ...keyless, issuer: 'https://partner.dev', jwksUri: 'https://partner.dev/keys' };
  const problemsOf = (issuers: readonly object[], jwtAuthorizer: string, jwtVerification: string) =>
    statements(
      packageProblems(
        { inventory: ownInventory, policies: {}, issuers: JSON.stringify(issuers) },
        { ...fullParams, jwtAuthorizer, jwtVerification },
        placement,
      ),
    );

  test('issuers are accepted: none or one with API Gateway, several where the function verifies all', () => {
    expect(problemsOf([], 'api-gateway', 'auto')).toEqual([]);
    expect(problemsOf([login], 'api-gateway', 'auto')).toEqual([]);
    expect(problemsOf([login, partner], 'function', 'on')).toEqual([]);
  });

  test.each([
    ['several with API Gateway', [login, partner], 'api-gateway', 'on', 'API Gateway accepts tokens of'],
    ['unverified without API Gateway', [login], 'function', 'auto', 'does not verify every token'],
    ['without the issuer of the authorizer', [partner], 'api-gateway', 'auto', `lacks ${fullParams.jwtIssuer}`],
    ['without keys to verify', [keyless], 'api-gateway', 'on', 'add jwks or jwksUri'],
  ])('issuers are rejected: %s', (_, issuers, jwtAuthorizer, jwtVerification, what) => {
    expect(problemsOf(issuers, jwtAuthorizer, jwtVerification)).toEqual([expect.stringContaining(what)]);
  });
});

describe('The framework', () => {
  let service: Awaited<ReturnType<typeof openService>>;

  beforeAll(async () => {
    service = await openService({ isOwn: true });
  });

  afterAll(() => service.close());

  test('tells which settings come from the variables of the shell, and whether V8 can use the code cache', async () => {
    const { output } = await service.serverless(['package'], { TAGS: 'team=x' });
    expect(output).toContain('From the variables of this shell: TAGS=team=x');
    const madeBy = { nodeVersion: process.version, architecture: process.arch };
    // Built and packaged on this machine: a default deployment uses the code cache.
    const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
    expect(output).toContain(`${architectureNotice({ architecture })}\n`);
    expect(output).toContain(`${codeCacheNotice(madeBy, { runtime: 'nodejs24.x', architecture })}\n`);
    expect(codeCacheNotice(madeBy, { runtime: 'nodejs24.x', architecture })).toMatch(/^Only Node.js /);
  });

  test('packages for another architecture if it is set, and says what that costs and that the code cache does not fit', async () => {
    const architecture = process.arch === 'arm64' ? 'x86_64' : 'arm64';
    const { output } = await service.serverless(['package'], { ARCHITECTURE: architecture });
    expect(output).toContain(`${architectureNotice({ architecture })}\n`);
    expect(output).toContain('The package lacks a code cache that its functions');
  });

  test('stops a deployment of any stage, and a package of all but dev, before it calls AWS', async () => {
    const problems = { exitCode: 1, output: expect.stringContaining('jwtIssuer is not set') as string };
    expect(await service.serverless(['deploy'])).toEqual(problems);
    expect(await service.serverless(['package', '--stage', 'prod'])).toEqual(problems);
  });

  test('does not ask for the settings of a deployment to list those that were made', async () => {
    const { output } = await service.serverless(['deploy', 'list', '--stage', 'prod']);
    expect(output).not.toContain('jwtIssuer');
  });

  test('rejects the account of the credentials when the inventory does not have it', async () => {
    const answer = `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>999900001111</Account>
      <Arn>arn:aws:iam::999900001111:user/x</Arn><UserId>x</UserId></GetCallerIdentityResult></GetCallerIdentityResponse>`;
    const sts = await startAnsweringServer((response) => response.end(answer));
    const env = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL_STS: sts.endpoint };
    const run = await service.serverless(['package', '--stage', 'prod', ...paramArguments(neededParams)], env);
    await sts.stop();
    expect(run).toEqual({
      exitCode: 1,
      output: expect.stringContaining('The credentials are of account 999900001111'),
    });
  });

  test('does not package without bundles', async () => {
    await service.removeBundles();
    const missing = expect.stringContaining('Run `npm run build` first') as string;
    expect(await service.serverless(['package'])).toEqual({ exitCode: 1, output: missing });
  });
});
