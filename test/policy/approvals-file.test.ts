import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { loadPolicy, readPolicySet, readPolicySources, readRequiredText } from '../../src/policy/load.ts';
import { copyOfShipped, shipped } from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const action = (name: string) => `PodIdentity::Action::"${name}"`;
const head = (name: string) => `(principal, action == ${action(name)}, resource)`;
const onDelete = head('DeletePodIdentityAssociation');
const annotated = '@id("x") @message("m") @advice("a")';
const held = `${annotated} @approvers("security") forbid ${onDelete};`;

function compile(policies: Record<string, string>) {
  return () => compilePolicies({ schema, policies });
}

describe('approvals.cedar', () => {
  test.each([
    ['one person', ''],
    ['five people', '@count("5")'],
  ])('may ask for the approval of %s', (_who, count) => {
    const policy = `${annotated} @approvers("security") ${count} forbid ${onDelete};`;
    expect(Object.keys(compile({ 'approvals.cedar': policy })().policies)).toEqual(['x']);
  });

  test.each([
    ['a permit', `@id("x") permit ${onDelete};`, /approvals\.cedar:1: approvals\.cedar has forbids only/],
    ['a forbid without approvers', `${annotated} forbid ${onDelete};`, /write @approvers/],
    ['an empty group', `${annotated} @approvers("") forbid ${onDelete};`, /write @approvers/],
    ['approvers without a value', `${annotated} @approvers forbid ${onDelete};`, /write @approvers/],
    ...['0', '6', '1.5', '+1', ' 2', '02', '', 'two'].map((count): [string, string, RegExp] => [
      `the count "${count}"`,
      `${annotated} @approvers("security") @count("${count}") forbid ${onDelete};`,
      /whole number from 1 to 5/,
    ]),
    [
      'a misspelled count',
      `${annotated} @approvers("security") @counts("2") forbid ${onDelete};`,
      /@counts is not known here/,
    ],
    ['a forbid without @message', `@id("x") @advice("a") @approvers("s") forbid ${onDelete};`, /write @message/],
    [
      'any action',
      `${annotated} @approvers("s") forbid (principal, action, resource);`,
      /name the actions in the head/,
    ],
    ...['DescribePodIdentityAssociation', 'ListPodIdentityAssociations', 'ReadAuditTrail', 'ApproveRequest'].map(
      (name): [string, string, RegExp] => [
        `the action ${name}`,
        `${annotated} @approvers("s") forbid (principal, action in [${action('DeletePodIdentityAssociation')}, ${action(name)}], resource);`,
        /name the actions in the head/,
      ],
    ),
  ])('is rejected with %s', (_what, policy, message) => {
    expect(compile({ 'approvals.cedar': policy })).toThrow(message);
  });

  test.each([
    ['approvers', '@approvers("security")'],
    ['count', '@count("2")'],
  ])('is the only file whose policies may have @%s', (name, annotation) => {
    for (const policy of [
      `${annotated} ${annotation} forbid ${onDelete};`,
      `@id("x") ${annotation} permit ${onDelete};`,
    ]) {
      for (const file of ['guardrails.cedar', 'Approvals.cedar', 'approvals.old.cedar']) {
        expect(compile({ [file]: policy })).toThrow(`${file}:1: @${name} is for approvals.cedar only`);
      }
    }
  });

  test('can not have the id of another policy', () => {
    const hard = `${annotated} forbid ${onDelete};`;
    expect(compile({ 'approvals.cedar': held, 'guardrails.cedar': hard })).toThrow('@id("x") is used twice');
  });
});

describe('a folder with approvals.cedar', () => {
  let folder: string;

  beforeEach(() => {
    folder = copyOfShipped();
    appendFileSync(join(folder, 'approvals.cedar'), held);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const requirePolicy = (id: string) => {
    const ids = JSON.parse(readRequiredText(folder)) as string[];
    writeFileSync(join(folder, 'required-policies.json'), JSON.stringify([...ids, id]));
  };

  test('does not load while a policy of it is not in required-policies.json', () => {
    expect(() => readPolicySet(folder)).toThrow('required-policies.json does not list x of approvals.cedar');
    requirePolicy('x');
    expect(() => loadPolicy(folder)).not.toThrow();
  });

  test('does not load without that file', () => {
    requirePolicy('x');
    rmSync(join(folder, 'approvals.cedar'));
    expect(() => loadPolicy(folder)).toThrow(
      'lacks policies that required-policies.json lists: system-change-in-production, x',
    );
  });
});
