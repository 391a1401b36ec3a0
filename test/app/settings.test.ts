import { defaultDescribeLimits } from '../../src/operations/dependencies.ts';
import { defaultTimes } from '../../src/idempotency/times.ts';
import {
  describeVariables,
  readDescribeLimits,
  readLambdaSettings,
  readTimes,
  timeVariables,
} from '../../src/app/settings.ts';

const env = {
  HOME_ACCOUNT_ID: '111122223333',
  AWS_REGION: 'eu-central-1',
  IDEMPOTENCY_TABLE: 'tokens',
  AUDIT_TABLE: 'audit',
  LAMBDA_TASK_ROOT: '/var/task',
};

test('without more than the stack sets, everything else has its default', () => {
  expect(readLambdaSettings(env)).toEqual({
    home: { accountId: '111122223333', region: 'eu-central-1' },
    idempotencyTable: 'tokens',
    auditTable: 'audit',
    policiesDirectory: '/var/task/dist/policies',
    claims: { groupsClaim: 'groups', scopesClaim: 'scope' },
    times: defaultTimes,
    describeLimits: defaultDescribeLimits,
  });
});

test.each(Object.keys(env))('says that %s is missing, when it is, and when it is empty', (name) => {
  const missing = `Environment variables are not set: ${name}.`;
  expect(() => readLambdaSettings({ ...env, [name]: undefined })).toThrow(missing);
  expect(() => readLambdaSettings({ ...env, [name]: '' })).toThrow(missing);
});

test('names all that is missing at once', () => {
  expect(() => readLambdaSettings({})).toThrow(`Environment variables are not set: ${Object.keys(env).join(', ')}.`);
});

test('takes policies from elsewhere, and claims of other names', () => {
  const { LAMBDA_TASK_ROOT: _, ...rest } = env;
  const own = { POLICIES_DIRECTORY: '/opt/policies', JWT_GROUPS_CLAIM: 'cognito:groups', JWT_SCOPES_CLAIM: 'scp' };
  expect(readLambdaSettings({ ...rest, ...own })).toMatchObject({
    policiesDirectory: '/opt/policies',
    claims: { groupsClaim: 'cognito:groups', scopesClaim: 'scp' },
  });
});

test.each(Object.entries(timeVariables))('%s is read from %s', (time, variable) => {
  expect(readTimes({ [variable]: '1234' })).toEqual({ ...defaultTimes, [time]: 1234 });
  expect(readTimes({ [variable]: '' })).toEqual(defaultTimes);
});

test('a lease must be longer than a request', () => {
  const shorter = { ...env, LEASE_MS: '5000', REQUEST_MS: '5000' };
  expect(() => readLambdaSettings(shorter)).toThrow('LEASE_MS is 5000 and REQUEST_MS 5000');
  expect(readLambdaSettings({ ...shorter, LEASE_MS: '5001' }).times.leaseMs).toBe(5001);
});

test.each(['-1', '1.5', '5s', '1e3', ' 1', 'NaN', '1234567890123456'])('"%s" is no time', (text) => {
  expect(() => readLambdaSettings({ ...env, LEASE_MS: text })).toThrow(
    `LEASE_MS is "${text}": set it to a whole number, such as 35000.`,
  );
});

test.each(Object.entries(describeVariables))('%s is read from %s, and is never 0', (limit, variable) => {
  expect(readDescribeLimits({ [variable]: '3' })).toEqual({ ...defaultDescribeLimits, [limit]: 3 });
  expect(readDescribeLimits({ [variable]: '' })).toEqual(defaultDescribeLimits);
  expect(() => readDescribeLimits({ [variable]: '0' })).toThrow(`${variable} is 0: set it to 1 or more`);
  expect(() => readDescribeLimits({ [variable]: '-1' })).toThrow('set it to a whole number');
});
