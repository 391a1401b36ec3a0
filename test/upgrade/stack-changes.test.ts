import { join } from 'node:path';
import { addedIndexes, refusedChanges } from '../../deploy/stack-changes.ts';
import type { ComparedResource, ComparedTemplate } from '../../deploy/stack-changes.ts';
import { describePlan, readTemplate } from '../../deploy/upgrade-plan.ts';
import { stepsBefore } from '../../deploy/upgrade-steps.ts';
import { lastBaseline } from '../../tools/baselines.ts';

const baseline = lastBaseline(join(import.meta.dirname, '..', '..'));
const released = readTemplate(join(baseline?.folder ?? '', 'template.json'));

/** What an update from a commit before the first release would have had to change. */
const earlier = readTemplate(join(import.meta.dirname, 'before-0.9.0.json'));

/** The released template with other properties of a resource; null removes it. */
function changed(
  name: string,
  properties: object | null,
  added: Record<string, ComparedResource> = {},
): ComparedTemplate {
  const { [name]: resource, ...others } = released.Resources;
  if (resource === undefined) throw new Error(`The template has no ${name}.`);
  const Resources = { ...others, ...added };
  if (properties === null) return { Resources };
  return {
    Resources: { ...Resources, [name]: { ...resource, Properties: { ...resource.Properties, ...properties } } },
  };
}

const propertiesOf = (name: string) => released.Resources[name]?.Properties ?? {};
const index = (name: string, attribute: string) => ({
  IndexName: name,
  KeySchema: [{ AttributeName: attribute, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
});
/** The audit table with more indexes, each on an attribute of its name. */
const withIndexes = (...names: string[]) => {
  const { GlobalSecondaryIndexes, AttributeDefinitions } = propertiesOf('AuditTable');
  const keys = names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
  return changed('AuditTable', {
    AttributeDefinitions: [...(AttributeDefinitions as object[]), ...keys],
    GlobalSecondaryIndexes: [...(GlobalSecondaryIndexes as object[]), ...names.map((name) => index(name, name))],
  });
};

test('an update to the same template changes nothing that must stay', () => {
  expect(refusedChanges(released, released)).toEqual([]);
  expect(stepsBefore(released, released)).toEqual([]);
});

test('an update from a commit before the first release would replace the bucket, rename alarms and rules, and add three indexes to a table at once', () => {
  const refused = refusedChanges(earlier, released);
  expect(refused).toContain('ServerlessDeploymentBucket (AWS::S3::Bucket) is replaced: BucketName changes.');
  expect(refused).toContain('FunctionControlRule (AWS::Events::Rule) is renamed.');
  const kept = Object.entries(earlier.Resources).filter(([name]) => Object.hasOwn(released.Resources, name));
  const alarms = kept.filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm').map(([name]) => name);
  expect(alarms.length).toBeGreaterThan(10);
  expect(refused).toEqual(expect.arrayContaining(alarms.map((name) => `${name} (AWS::CloudWatch::Alarm) is renamed.`)));
  const [indexes] = addedIndexes(earlier, released).values();
  expect(indexes?.map(({ IndexName }) => IndexName)).toEqual(['byCluster', 'byRole', 'byTargetRole']);
});

test.each([
  [
    'a table with another key',
    'AuditTable',
    { KeySchema: [] },
    'AuditTable (AWS::DynamoDB::Table) is replaced: KeySchema changes.',
  ],
  [
    'a bucket with another name',
    'TrailLogBucket',
    { BucketName: 'other' },
    'TrailLogBucket (AWS::S3::Bucket) is replaced: BucketName changes.',
  ],
  [
    'a log group with another name',
    'GraphqlLogGroup',
    { LogGroupName: 'other' },
    'GraphqlLogGroup (AWS::Logs::LogGroup) is replaced: LogGroupName changes.',
  ],
  ['a removed key', 'CheckpointKey', null, 'CheckpointKey (AWS::KMS::Key) is removed.'],
  ['another key policy', 'CheckpointKey', { KeyPolicy: {} }, 'The policy of the key CheckpointKey changes.'],
  [
    'a role with another name',
    'GraphqlRole',
    { RoleName: 'other' },
    'GraphqlRole, which functions use, is replaced: RoleName changes.',
  ],
  [
    'an alarm with another name',
    'DriftAlarm',
    { AlarmName: 'other' },
    'DriftAlarm (AWS::CloudWatch::Alarm) is renamed.',
  ],
  ['an index less', 'AuditTable', { GlobalSecondaryIndexes: [] }, 'The index byTime of AuditTable is removed.'],
])('refuses %s', (_, name, properties, problem) => {
  expect(refusedChanges(released, changed(name, properties))).toContain(problem);
});

test('refuses a rule that only gets another logical id', () => {
  const { Type = '', Properties = {} } = released.Resources.FunctionControlRule ?? {};
  const next = changed('FunctionControlRule', null, {
    OtherRule: { Type, Properties: { ...Properties, Name: 'other' } },
  });
  expect(refusedChanges(released, next)).toEqual(['FunctionControlRule (AWS::Events::Rule) is renamed to OtherRule.']);
});

test('refuses an index with another projection', () => {
  const [first, ...others] = propertiesOf('AuditTable').GlobalSecondaryIndexes as object[];
  const next = changed('AuditTable', {
    GlobalSecondaryIndexes: [{ ...first, Projection: { ProjectionType: 'KEYS_ONLY' } }, ...others],
  });
  expect(refusedChanges(released, next)).toEqual([
    'The index byCluster of AuditTable changes: add another index instead.',
  ]);
});

test('refuses to compare a type of which it does not know what replaces it', () => {
  const template = { Resources: { New: { Type: 'AWS::New::Type' }, ...changed('AuditTable', {}).Resources } };
  const used = { ...template.Resources, F: { Type: 'AWS::Lambda::Function', Properties: { A: { Ref: 'New' } } } };
  expect(() => refusedChanges(template, { Resources: used })).toThrow('Add AWS::New::Type');
});

test('the version of another package, and the alarms with its number, are no change', () => {
  const next = JSON.parse(
    JSON.stringify(released).replaceAll(/GraphqlLambdaVersion\w{4,}/g, 'GraphqlLambdaVersionOther'),
  ) as ComparedTemplate;
  expect(next).not.toEqual(released);
  expect(refusedChanges(released, next)).toEqual([]);
});

test('one more index needs one step', () => {
  expect(describePlan(released, withIndexes('byReason'))).toEqual(['  one step: this package']);
});

test('a next version with two more indexes of a table is planned in two steps, each with one of them', () => {
  const next = withIndexes('byReason', 'byDay');
  expect(describePlan(released, next)).toEqual([
    '  step 1: only the index byReason of AuditTable',
    '  step 2: this package',
  ]);
  const [step, ...more] = stepsBefore(released, next);
  expect(more).toEqual([]);
  const template = step?.template ?? released;
  // Nothing but the index, and the attribute of its key: DynamoDB refuses one that no key has.
  expect(template).toEqual({ ...released, Resources: withIndexes('byReason').Resources });
  expect([...addedIndexes(template, next).values()].map((indexes) => indexes.length)).toEqual([1]);
});

test('three indexes are planned in three steps', () => {
  const steps = stepsBefore(earlier, released);
  expect(steps.map(({ adds }) => adds)).toEqual([['byCluster of IdempotencyTable'], ['byRole of IdempotencyTable']]);
  const templates = [earlier, ...steps.map(({ template }) => template), released];
  for (const [at, template] of templates.slice(1).entries()) {
    const before = templates[at] ?? earlier;
    expect([...addedIndexes(before, template).values()].map((indexes) => indexes.length)).toEqual([1]);
  }
});
