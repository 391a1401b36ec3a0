import { appendFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from '../../src/cases/cases.ts';
import { readCases } from '../../src/cases/case-files.ts';
import { makeEngine } from '../../src/policy/decide/engine.ts';
import { compiledInventoryFile, compileInventory, readCompiledInventory } from '../../src/policy/inventory/compiled.ts';
import { parseInventory } from '../../src/policy/inventory/inventory.ts';
import {
  loadCompiledPolicy,
  loadPolicy,
  policySetFile,
  readInventoryText,
  readPolicySet,
  readPolicySources,
} from '../../src/policy/load.ts';
import { compilePolicies, policySetHash } from '../../src/policy/policies/compile.ts';
import type { PolicySet } from '../../src/policy/policies/compile.ts';
import { checkPolicies } from '../../packages/operator/src/policies/check.ts';
import { teamInventory } from './many-teams.ts';
import {
  alice,
  context,
  copyOfShipped,
  create,
  forbidWhen,
  over,
  permitAll,
  replaceIn,
  shipped,
  update,
} from '../support/policy-sample.ts';

describe('loading a folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = copyOfShipped();
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('records the hashes of the folder in decisions', () => {
    const { authorize, inventory, policySetHash } = loadPolicy(folder);
    const decision = authorize(context(alice), create());
    expect(decision).toMatchObject({ allowed: true, policySetHash, inventoryHash: inventory.hash });
  });

  test('changes each hash with its own files only', () => {
    const hashes = (): readonly string[] => {
      const { policySetHash, inventory } = loadPolicy(folder);
      return [policySetHash, inventory.hash];
    };
    const [policies, inventory] = hashes();
    expect(hashes()).toEqual([policies, inventory]);

    appendFileSync(join(folder, 'inventory.json'), '\n');
    const [samePolicies, otherInventory] = hashes();
    expect(samePolicies).toBe(policies);
    expect(otherInventory).not.toBe(inventory);

    for (const file of ['access.cedar', 'schema.cedarschema']) {
      const [before] = hashes();
      appendFileSync(join(folder, file), '\n');
      const [after, sameInventory] = hashes();
      expect(after).not.toBe(before);
      expect(sameInventory).toBe(otherInventory);
    }
  });

  test('loads every *.cedar file, and rejects a folder without one', () => {
    writeFileSync(join(folder, 'own.cedar'), '@id("own") permit (principal, action, resource);');
    expect(loadPolicy(folder).authorize(context(alice), create()).policyIds).toEqual(['own', 'owners-create']);
    for (const file of ['own', 'access', 'guardrails', 'approvals']) rmSync(join(folder, `${file}.cedar`));
    expect(() => loadPolicy(folder)).toThrow('has no *.cedar file');
  });

  describe('a required policy that is missing is named, and nothing is loaded', () => {
    const guardrails = 'role-in-cluster-account, role-by-convention, target-role-for-pods, no-aws-managed-roles';

    test.each<[string, () => void]>([
      ['without guardrails.cedar', () => rmSync(join(folder, 'guardrails.cedar'))],
      ['with an empty guardrails.cedar', () => writeFileSync(join(folder, 'guardrails.cedar'), '')],
      ['with all guardrails in a comment', () => writeFileSync(join(folder, 'guardrails.cedar'), '// forbid (…);')],
      [
        'with another extension',
        () => renameSync(join(folder, 'guardrails.cedar'), join(folder, 'guardrails.cedar.bak')),
      ],
    ])('%s', (_what, change) => {
      change();
      expect(() => loadPolicy(folder)).toThrow(`lacks policies that required-policies.json lists: ${guardrails}, `);
      expect(() => checkPolicies(folder)).toThrow('Restore them, or remove from the list');
    });

    test.each([
      ['[]', 'required-policies.json is not valid:\n- the file: is empty; list the @ids'],
      ['{}', 'the file: {} is not valid; write a list'],
      ['[1]', '0: 1 is not valid; write the @id of a policy'],
    ])('with the list %s, which is not valid', (text, message) => {
      writeFileSync(join(folder, 'required-policies.json'), text);
      expect(() => loadPolicy(folder)).toThrow(message);
    });

    test('without the list', () => {
      rmSync(join(folder, 'required-policies.json'));
      expect(() => loadPolicy(folder)).toThrow(/ENOENT.*required-policies.json/);
    });
  });

  test('every shipped policy is required', () => {
    const required = JSON.parse(readFileSync(join(folder, 'required-policies.json'), 'utf8')) as string[];
    expect(required.toSorted()).toEqual(Object.keys(readPolicySet(folder).policies).sort());
  });

  test('reports evaluation failures', () => {
    const failures: string[] = [];
    const { authorize } = loadPolicy(folder, (detail) => failures.push(detail));
    expect(authorize(context(alice), create({ roleArn: 'nonsense' })).failed).toBe(true);
    expect(failures).toEqual([expect.stringContaining('not an IAM role ARN: nonsense')]);
  });
});

describe('loading a compiled folder', () => {
  let folder: string;

  beforeEach(() => {
    folder = copyOfShipped();
    writeFileSync(join(folder, policySetFile), JSON.stringify(compilePolicies(readPolicySources(folder))));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('decides every shipped case by the compiled policy set as by the texts', () => {
    const kept = JSON.parse(readFileSync(join(folder, policySetFile), 'utf8')) as PolicySet;
    const engine = makeEngine(kept);
    const inventory = readInventoryText(folder);
    const cases = readCases(folder);
    expect(cases.length).toBeGreaterThan(0);
    expect(cases.flatMap((one) => runCase(engine, inventory, one) ?? [])).toEqual([]);
  });

  test('loads the compiled policy set with the inventory and the hash of the texts', () => {
    const fromTexts = loadPolicy(folder);
    rmSync(join(folder, 'access.cedar'));
    const kept = loadCompiledPolicy(folder);
    expect(kept.policySetHash).toBe(fromTexts.policySetHash);
    expect(kept.inventory).toEqual(fromTexts.inventory);
    expect(kept.authorize(context(alice), create())).toEqual(fromTexts.authorize(context(alice), create()));
  });

  test('throws without the file of the compiled policy set', () => {
    rmSync(join(folder, policySetFile));
    expect(() => loadCompiledPolicy(folder)).toThrow(policySetFile);
  });

  describe('the compiled inventory', () => {
    const withScopes = JSON.stringify({
      ...(JSON.parse(readInventoryText(shipped)) as object),
      namespaces: [
        { name: 'payments', owners: ['payments-team'] },
        { name: 'kube-*', owners: [], system: true },
        { name: 'search', owners: ['a', 'b'], roleArns: ['arn:aws:iam::111122223333:role/search'] },
        { name: 'search', owners: ['b'], system: false, scope: { environment: 'dev' } },
        { name: 'search', owners: ['c'], scope: { accountId: '111122223333' } },
      ],
    });

    test.each([
      ['the shipped one', readInventoryText(shipped)],
      ['one with scopes, roles and system namespaces', withScopes],
    ])('the compiled inventory is %s', (_, text) => {
      const inventory = parseInventory(text);
      expect(readCompiledInventory(compileInventory(inventory), Buffer.from(text))).toEqual(inventory);
    });

    test('a package that has the compiled inventory neither parses nor checks the text', () => {
      const text = readInventoryText(folder);
      const renamed = { ...parseInventory(text), timeZone: 'Asia/Tokyo' };
      // As no build writes it: it shows which of the two was read.
      writeFileSync(join(folder, compiledInventoryFile), compileInventory(renamed));
      expect(loadCompiledPolicy(folder).inventory).toEqual(renamed);
    });

    test('the compiled inventory is not used if the text was changed since: it is parsed and checked', () => {
      writeFileSync(join(folder, compiledInventoryFile), compileInventory(parseInventory(readInventoryText(folder))));
      replaceIn(join(folder, 'inventory.json'), '"payments-team"', '"other-team"');
      expect(loadCompiledPolicy(folder).inventory).toEqual(parseInventory(readInventoryText(folder)));
      replaceIn(join(folder, 'inventory.json'), '"owners"', '"owner"');
      expect(() => loadCompiledPolicy(folder)).toThrow(/"owner" is not a known field/);
    });

    test('10,000 namespaces take at most 32 bytes each, with names and owners of a dozen characters', () => {
      const inventory = parseInventory(teamInventory(10_000));
      expect(compileInventory(inventory).length).toBeLessThan(10_000 * 32);
    });
  });
});

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
      'its @tag is on a permit',
      '@id("x") @tag("team") permit (principal, action, resource);',
      /a\.cedar:1: @tag names a tag that a denied request lacks; remove it from the permit/,
    ],
    ...['', '("")', '("aws:team")', '("pod-identity-gateway/team")', '("team!")', `("${'k'.repeat(129)}")`].map(
      (tag): [string, string, RegExp] => [
        `its @tag${tag.slice(0, 40)} is not the key of a tag`,
        `${annotated} @tag${tag} forbid (principal, action, resource);`,
        /a\.cedar:1: @tag\(".*"\) is not the key of a tag that requests can set: /,
      ],
    ),
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

const now = Date.parse('2026-11-02T09:00:00Z');
const onBoth =
  'forbid (principal, action in [PodIdentity::Action::"CreatePodIdentityAssociation", PodIdentity::Action::"UpdatePodIdentityAssociation"], resource)';
const denies = (condition: string, request = create(), effect = onBoth) => {
  const { allowed, failed } = over(permitAll, forbidWhen(condition, effect)).authorize(
    context(alice, { now }),
    request,
  );
  expect(failed).toBe(false);
  return !allowed;
};
const onUpdate = onBoth.replace('PodIdentity::Action::"CreatePodIdentityAssociation", ', '');
const extended = (expiresAt: string | null) => ({ ...update(), expiresAt }) as ReturnType<typeof update>;

test.each([
  ['one hour', '2026-11-02T10:00:00Z', 1],
  ['a second more', '2026-11-02T10:00:01Z', 2],
  ['a second', '2026-11-02T09:00:01Z', 1],
  ['no time, after the expiry', '2026-11-02T08:00:00Z', 0],
])('lifetimeHours of %s are rounded up, in creates and updates', (_, expiresAt, hours) => {
  for (const request of [create({ expiresAt }), extended(expiresAt)])
    expect(denies(`context has lifetimeHours && context.lifetimeHours == ${hours}`, request)).toBe(true);
});

test('lifetimeHours are absent where a request sets no expiry', () => {
  for (const request of [create(), update(), extended(null)])
    expect(denies('context has lifetimeHours', request)).toBe(false);
});

test('clearsExpiresAt tells an update that clears the expiry from one that leaves it', () => {
  expect(denies('context.clearsExpiresAt', extended(null), onUpdate)).toBe(true);
  for (const request of [update(), extended('2026-11-02T10:00:00Z')])
    expect(denies('context.clearsExpiresAt', request, onUpdate)).toBe(false);
});
