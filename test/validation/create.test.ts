import { validateCreate } from '../../src/validation/create.ts';
import type { CreatePodIdentityAssociationInput } from '../../src/generated/types.ts';
import { defaults, goodInput } from './create-input.ts';

describe('a valid input', () => {
  test('becomes the canonical request, with defaults for absent fields', () => {
    expect(validateCreate(goodInput, defaults)).toEqual({
      kind: 'valid',
      request: {
        ...goodInput,
        accountId: '111122223333',
        region: 'eu-central-1',
        targetRoleArn: null,
        disableSessionTags: false,
        policy: null,
        tags: [],
      },
      clientRequestToken: null,
      reason: null,
      onBehalfOf: null,
      declaration: null,
    });
  });

  test('may have null for optional fields', () => {
    const nothing = {
      accountId: null,
      region: null,
      clientRequestToken: null,
      tags: null,
      disableSessionTags: null,
      targetRoleArn: null,
      policy: null,
      reason: null,
      onBehalfOf: null,
      declaration: null,
    };
    expect(validateCreate({ ...goodInput, ...nothing }, defaults)).toEqual(validateCreate(goodInput, defaults));
  });

  test('keeps every given value unchanged', () => {
    const given = {
      ...goodInput,
      accountId: '444455556666',
      region: 'us-gov-west-1',
      targetRoleArn: 'arn:aws-us-gov:iam::777788889999:role/target',
      disableSessionTags: true,
      policy: ' {"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}} ',
      tags: [{ key: 'team', value: 'payments' }],
    };
    const metadata = { clientRequestToken: ' t ', reason: 'why\n', onBehalfOf: 'alice@example.com', declaration: 'd' };
    expect(validateCreate({ ...given, ...metadata }, defaults)).toEqual({ kind: 'valid', request: given, ...metadata });
  });

  test('has its tags sorted by UTF-16 code units, with an empty value for an absent one', () => {
    const keys = ['b', 'a', '𝒜', 'B', 'ä', '\uff21', '10', '9', '__proto__'];
    const validated = validateCreate({ ...goodInput, tags: keys.map((key) => ({ key })) }, defaults);
    const request = validated.kind === 'valid' ? validated.request : null;
    expect(request?.tags).toEqual(
      ['10', '9', 'B', '__proto__', 'a', 'b', 'ä', '𝒜', '\uff21'].map((key) => ({ key, value: '' })),
    );
  });

  test('a valid input is not modified', () => {
    const tags = Object.freeze([Object.freeze({ key: 'b' }), Object.freeze({ key: 'a', value: null })]);
    const input = Object.freeze({ ...goodInput, tags });
    expect(validateCreate(input, defaults).kind).toBe('valid');
  });
});

describe('an invalid input', () => {
  test('has every finding, in the order of the fields', () => {
    const input: CreatePodIdentityAssociationInput = {
      clusterName: '',
      accountId: '1',
      region: 'x',
      namespace: 'A',
      serviceAccount: 'A',
      roleArn: 'x',
      clientRequestToken: '',
      tags: [{ key: '' }, { key: 'k', value: '#' }],
      targetRoleArn: '',
      policy: '{}',
      reason: ' ',
      onBehalfOf: '\n',
    };
    const validated = validateCreate(input, defaults);
    expect(validated.kind === 'invalid' && validated.findings.map(({ path }) => path)).toEqual([
      'clusterName',
      'accountId',
      'region',
      'namespace',
      'serviceAccount',
      'roleArn',
      'clientRequestToken',
      'tags.0.key',
      'tags.1.value',
      'targetRoleArn',
      'policy',
      'policy',
      'reason',
      'onBehalfOf',
      'onBehalfOf',
    ]);
  });

  test('keeps clientRequestToken, reason and onBehalfOf where they are valid', () => {
    const metadata = { clientRequestToken: 't', reason: 'r', onBehalfOf: 'alice' };
    const bad = { clientRequestToken: 'ä', reason: ' ', onBehalfOf: 'a\nb' };
    const none = { clientRequestToken: null, reason: null, onBehalfOf: null };
    expect(validateCreate({ ...goodInput, ...metadata, namespace: 'A' }, defaults)).toMatchObject({
      kind: 'invalid',
      ...metadata,
    });
    expect(validateCreate({ ...goodInput, ...bad }, defaults)).toMatchObject({ kind: 'invalid', ...none });
    expect(validateCreate({ ...goodInput, ...metadata, reason: ' ' }, defaults)).toMatchObject({
      ...metadata,
      reason: null,
    });
  });
});
