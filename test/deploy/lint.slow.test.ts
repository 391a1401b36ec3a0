// No quick test: it needs a build or a package.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fullParams, inventoryWith, neededParams, otherAccount, paramArguments } from '../support/deployment.ts';
import { openService } from '../support/lambda-package.ts';
import { testUnless } from '../support/requires.ts';
import { missingNag, nagFindings, suppressions } from './nag.ts';

/** The options of a deployment, each with the parameters that switch it on. */
const options: readonly (readonly (keyof typeof fullParams)[])[] = [
  ['jwtAuthorizer', 'jwtVerification'],
  ['corsOrigins', 'tags', 'rolePath'],
  ['alarmTopicArn'],
  ['permissionsBoundaryArn', 'erasureRoleArn'],
  ['breakGlassRoleArn'],
  ['policySource', 'policyPublisherRoleArn'],
  ['tableKeyArn'],
  ['trafficShift'],
  ['graphqlConcurrency'],
  ['domainName', 'certificateArn', 'defaultEndpoint'],
  ['codeSigningConfigArn'],
  ['executorRole'],
  ['pageClientId', 'pageScope', 'pageAudience', 'pageResource', 'commandClientId', 'jwtAudience', 'pageConnectOrigins'],
  ['architecture', 'tracing'],
  ['otherAccounts'],
];

/**
 * In which of six packages an option is on: another four of them for each. So every two options are once both on, and once
 * one without the other; the package without parameters has both off (Katona's covering array of strength 2).
 */
const choices = [0, 1, 2, 3, 4, 5].flatMap((one) =>
  [0, 1, 2, 3, 4, 5].filter((other) => other > one).map((other) => [one, other]),
);
const isOn = (option: number, mix: number) => !(choices[option] ?? []).includes(mix);

const accountIds = (count: number) => Array.from({ length: count }, (_, index) => String(600_000_000_000 + index));
/** Inventories of 1, 100 and 1,000 other accounts, of which the last has 10,000 clusters. */
const inventories = [
  inventoryWith([otherAccount]),
  inventoryWith(accountIds(100)),
  inventoryWith(accountIds(1_000), 10),
];

const mixes = [0, 1, 2, 3, 4, 5];
const cases = ['default parameters', ...mixes.map((mix) => `mix ${mix} of options`)];

let folder: string;
let findings: Readonly<Record<string, readonly string[]>>;
const fileOf = (name: string) => join(folder, `${name}.json`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lint-'));
  const service = await openService({ isOwn: true });
  const write = async (name: string, args: readonly string[]) =>
    writeFileSync(fileOf(name), JSON.stringify((await service.makePackage(args)).template));
  await write('default parameters', []);
  for (const mix of mixes) {
    const on = options.filter((_, option) => isOn(option, mix)).flat();
    const { otherAccounts: _, ...needed } = neededParams;
    const params = {
      trafficShift: 'AllAtOnce',
      ...needed,
      ...Object.fromEntries(on.map((name) => [name, fullParams[name]])),
    };
    await service.useInventory((on.includes('otherAccounts') ? inventories[mix % 3] : undefined) ?? inventoryWith([]));
    const args = ['--stage', 'prod', ...paramArguments(params)];
    await write(`mix ${mix} of options`, args);
  }
  await service.close();
  const found = missingNag === null ? nagFindings(cases.map(fileOf)) : [];
  findings = Object.fromEntries(cases.map((name, index) => [name, found[index] ?? []]));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('every two options are packaged together, each without the other, and without both', () => {
  const pairs = options.flatMap((_, one) => options.slice(one + 1).map((__, other) => [one, one + 1 + other] as const));
  for (const [one, other] of pairs) {
    const seen = new Set(mixes.map((mix) => `${isOn(one, mix)} ${isOn(other, mix)}`));
    expect([...seen]).toEqual(expect.arrayContaining(['true true', 'true false', 'false true']));
  }
});

const cfnLint = (args: readonly string[]) => spawnSync('cfn-lint', args, { encoding: 'utf8' });
const missing = cfnLint(['--version']).status === 0 ? null : 'cfn-lint is not installed (pip install cfn-lint)';

const iam = join(import.meta.dirname, '..', '..', 'deploy', 'iam');

testUnless(missing)(`cfn-lint accepts the template with ${cases.join(', ')}, and every template in deploy/iam`, () => {
  const others = readdirSync(iam)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(iam, name));
  // W3005: the framework writes dependencies that references imply.
  const args = ['--ignore-checks', 'W3005', '--format', 'parseable', ...cases.map(fileOf), ...others];
  expect(cfnLint(args)).toMatchObject({ status: 0, stdout: '' });
});

testUnless(missingNag).each(cases)('cdk-nag finds nothing without a reason in the template with %s', (name) => {
  const unexplained = findings[name]?.filter((found) => !suppressions.some(({ finding }) => finding.test(found)));
  expect(unexplained).toEqual([]);
});

testUnless(missingNag)('every accepted finding of cdk-nag still exists', () => {
  const found = Object.values(findings).flat();
  const unused = suppressions.filter(({ finding }) => !found.some((each) => finding.test(each)));
  expect(unused).toEqual([]);
});
