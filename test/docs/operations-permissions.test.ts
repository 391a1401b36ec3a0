import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { homeAccount } from '../support/deployment.ts';
import { operatorPages } from '../support/runbook.ts';
import { allServicePolicies } from '../support/service-control-policies.ts';
import { administrator, isAllowed } from '../support/simulate.ts';

const root = join(import.meta.dirname, '..', '..');
const region = 'eu-central-1';
const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${homeAccount}:${rest}`;
const servicePolicies = allServicePolicies();
/** An operator with every right of the account, under both service control policies. */
const operator = { ...administrator(homeAccount), servicePolicies };

const graphql = arn('lambda', 'function:pod-identity-gateway-prod-graphql');
/** What each command is about; `*` where its action has no resource. */
const resources: Readonly<Record<string, string>> = {
  'logs:StartQuery': arn('logs', 'log-group:/aws/lambda/pod-identity-gateway-prod-graphql'),
  'logs:FilterLogEvents': arn('logs', 'log-group:/aws/http-api/pod-identity-gateway-prod'),
  'lambda:GetAlias': graphql,
  'lambda:GetPolicy': graphql,
  'lambda:GetFunctionConcurrency': graphql,
  'events:EnableRule': arn('events', 'rule/pod-identity-gateway-prod-ReconcileEventsRuleSchedule1-0123'),
};

/** The actions that the `aws` commands of the page need: `aws logs start-query` needs `logs:StartQuery`. */
const commands = [...operatorPages.matchAll(/^ *aws (\w+) ([\w-]+)/gm)].map(
  ([, service = '', command = '']) =>
    `${service}:${command.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
);

test.each([...new Set(commands)])(
  'the service control policies let an operator do what the page says: %s',
  async (action) => {
    expect(await isAllowed(operator, { action, resource: resources[action] ?? '*' })).toBe(true);
  },
);

test('the smoke test that the page on deployment gives does what the policies allow', async () => {
  const deploy = readFileSync(join(root, 'docs', 'deploy.md'), 'utf8');
  const [, command] = /(npx pod-identity-operator smoke [^]*?)```/.exec(deploy) ?? [];
  expect(command).toContain('--iam-url');
  expect(command).not.toMatch(/--direct|--reconcile-function/);
  const resource = arn('eks', 'podidentityassociation/apps-dev/a-0123456789abcdefg');
  expect(await isAllowed(operator, { action: 'eks:UpdatePodIdentityAssociation', resource })).toBe(false);
});

test('no command of the page invokes a function, which the policies deny', async () => {
  expect(commands.length).toBeGreaterThan(10);
  expect(commands).not.toContain('lambda:Invoke');
  for (const name of ['graphql', 'reconcile']) {
    const resource = arn('lambda', `function:pod-identity-gateway-prod-${name}`);
    expect(await isAllowed(operator, { action: 'lambda:InvokeFunction', resource })).toBe(false);
  }
});
