import { compilePolicies, policySetHash } from '../../src/policy/policies/compile.ts';
import { readPolicySources } from '../../src/policy/load.ts';
import { shipped } from '../support/policy-sample.ts';

const { schema } = readPolicySources(shipped);
const annotated = '@id("x") @message("m") @advice("a")';

function compile(policies: string | Record<string, string>, ofSchema = schema): () => unknown {
  return () =>
    compilePolicies({ schema: ofSchema, policies: typeof policies === 'string' ? { 'a.cedar': policies } : policies });
}

test('keys policies by their IDs', () => {
  const set = compilePolicies({
    schema,
    policies: { 'a.cedar': `${annotated} forbid (principal, action, resource);` },
  });
  expect(Object.keys(set.policies)).toEqual(['x']);
});

describe('rejects a policy set when', () => {
  test.each([
    ['a policy has no ID', 'permit (principal, action, resource);', /a\.cedar.*write @id/],
    ['an ID is empty', '@id permit (principal, action, resource);', /write @id/],
    ['an ID has other characters', '@id("Owners Create") permit (principal, action, resource);', /write @id/],
    ['an ID is reserved', '@id("default-deny") permit (principal, action, resource);', /"default-deny"\) is reserved/],
    [
      'the readers of its text are not everyone',
      '@id("x") @readers("security") permit (principal, action, resource);',
      /@readers has the value "everyone" only/,
    ],
    ['a forbid has no message', '@id("x") @advice("a") forbid (principal, action, resource);', /write @message/],
    ['a forbid has no advice', '@id("x") @message("m") forbid (principal, action, resource);', /write @advice/],
    [
      'a policy is a template',
      '@id("x") permit (principal == ?principal, action, resource);',
      /templates are not supported/,
    ],
    ['a policy does not parse', '// ü\n@id("x")\npermit (principal, action resource);', /a\.cedar:3: /],
    ['an attribute is unknown', '@id("x") permit (principal, action, resource) when { resource.nmae == "x" };', /nmae/],
    [
      'an attribute may be absent',
      '@id("x") permit (principal, action, resource) when { context.onBehalfOf == "x" };',
      /has onBehalfOf/,
    ],
    ['a policy can never apply', `${annotated} forbid (principal, action, resource) when { false };`, /impossible/],
    [
      'JSON would round a number',
      '@id("x") permit (principal, action, resource) when { 9007199254740993 != 0 };',
      /beyond ±9007199254740991/,
    ],
    ['an action is unknown', '@id("x") permit (principal, action == PodIdentity::Action::"List", resource);', /List/],
  ])('%s', (_what, policies, message) => {
    expect(compile(policies)).toThrow(message);
  });

  test('two files use the same ID', () => {
    const policy = '@id("x") permit (principal, action, resource);';
    expect(compile({ 'a.cedar': policy, 'b.cedar': policy })).toThrow(/b\.cedar:1: @id\("x"\) is used twice/);
  });

  test.each([
    [
      'of an attribute',
      '\nwhen {\n  context.hasReason &&\n  context.nope\n};',
      'a.cedar:8: for policy `second`, attribute `nope`',
    ],
    ['of an optional attribute', '\nwhen { context.onBehalfOf == "x" };', 'a.cedar:6: for policy `second`, unable'],
    ['of a policy that never applies', ' when { false };', 'a.cedar:4: '],
    ['after characters of several bytes', '\n// äöü 😀\nwhen { resource.nmae == "x" };', 'a.cedar:7: '],
  ])('%s, naming file and line of the error', (_what, condition, message) => {
    const first = '// ü\n@id("first")\npermit (principal, action, resource);\n';
    const second = `@id("second")\npermit (principal, action, resource)${condition}`;
    expect(compile(first + second)).toThrow(`- ${message}`);
  });

  test('an annotation is missing, naming the line of the policy', () => {
    const policy = 'permit (principal, action, resource);';
    expect(compile(`@id("x") ${policy}\n\n${policy}\n${policy}`)).toThrow(
      /a\.cedar:3: write @id[^]*a\.cedar:4: write @id/,
    );
    expect(compile(`@id("x") ${policy}\n@id("x") ${policy}`)).toThrow('a.cedar:2: @id("x") is used twice');
  });

  test('the schema does not parse, with the line of the error', () => {
    expect(compile('', 'namespace A {\n  entity ;\n}')).toThrow(/schema:2: /);
  });

  test('the schema shadows a built-in type of Cedar', () => {
    expect(compile('', `${schema} entity ipaddr;`)).toThrow(/schema: .*`ipaddr` shadows a builtin/);
  });

  test('there are several problems, and lists all of them', () => {
    expect(compile('permit (principal, action, resource);\n@id("x") forbid (principal, action, resource);')).toThrow(
      /@id[^]*@message[^]*@advice/,
    );
  });
});

describe('the hash of a policy set', () => {
  const policies = { 'a.cedar': '// a', 'b.cedar': '// b' };

  test('the hash of a policy set is SHA-256 in hex and does not depend on the order of the files', () => {
    const hash = policySetHash({ schema, policies });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(policySetHash({ schema, policies: { 'b.cedar': '// b', 'a.cedar': '// a' } })).toBe(hash);
    expect(policySetHash({ schema: 's', policies })).toBe(
      '63c09d1915cb45222ca2c941c2844f8fe2f1541f31274bd203191a00b36c827c',
    );
  });

  test('changes with any text and file name, and when text moves between files', () => {
    const hashes = [
      { schema, policies },
      { schema: `${schema} `, policies },
      { schema, policies: { ...policies, 'b.cedar': '// b ' } },
      { schema, policies: { 'a.cedar': '// a', 'c.cedar': '// b' } },
      { schema, policies: { 'a.cedar': '// a// b', 'b.cedar': '' } },
    ].map(policySetHash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

test('finds the line of each policy of a long file', () => {
  const count = 30;
  const policies = Array.from(
    { length: count },
    (_, index) => `@id("p${index}")\npermit (principal, action, resource)`,
  );
  const broken = policies.map((policy) => `${policy}\nwhen { context.nope };\n`).join('\n');
  const lines = Array.from({ length: count }, (_, index) => `a.cedar:${4 * index + 3}: for policy \`p${index}\``);
  for (const line of lines) expect(compile(broken)).toThrow(line);
});
