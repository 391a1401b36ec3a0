import { createHash } from 'node:crypto';
import { makeAuthorize } from '../../src/policy/decide/authorize.ts';
import { makeDifferentOwners } from '../../src/policy/decide/owner-sets.ts';
import { makePreauthorize } from '../../src/policy/decide/preauthorize.ts';
import { makeDirectory } from '../../src/policy/inventory/directory.ts';
import {
  accountOf,
  inventoryHash,
  isRegistered,
  parseInventory,
  permissionSetOf,
  serviceOf,
} from '../../src/policy/inventory/inventory.ts';
import { namespaceIn } from '../../src/policy/inventory/namespaces.ts';
import { readInventoryText, readPolicySources } from '../../src/policy/load.ts';
import { compilePolicies } from '../../src/policy/policies/compile.ts';
import { alice, context, create, person, request, shipped } from '../support/policy-sample.ts';

const content = readInventoryText(shipped);
const inventory = parseInventory(content);

/** The shipped inventory with other fields. */
function changed(fields: object): () => unknown {
  return () => parseInventory(JSON.stringify({ ...JSON.parse(content), ...fields }));
}

const account = { accountId: '111122223333', name: 'apps', regions: ['eu-central-1'] };
const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'a', environment: 'dev' };
const payments = { name: 'payments', owners: ['payments-team'] };
const robot = { id: 'robot', groups: [], mayNamePeople: false };
const set = { accountId: '111122223333', roleName: 'AWSReservedSSO_X_0f', groups: [] };

describe('an invalid inventory is rejected with the path of each problem and how to fix it', () => {
  test.each([
    [{ accounts: undefined }, 'accounts: is missing; write a list'],
    [{ namespaces: {} }, 'namespaces: {} is not valid; write a list'],
    [{ extra: 1 }, 'the file: "extra" is not a known field; known fields are accounts'],
    [{ accounts: ['x'], clusters: [] }, 'accounts.0: "x" is not valid; write an object'],
    [
      { accounts: [{ ...account, accountId: 111122223333 }] },
      'accounts.0.accountId: 111122223333 is not valid; write an AWS account ID',
    ],
    [{ accounts: [{ ...account, name: '' }] }, 'accounts.0.name: "" is not valid'],
    [
      { accounts: [{ ...account, regions: ['Frankfurt'] }] },
      'accounts.0.regions.0: "Frankfurt" is not valid; write an AWS region',
    ],
    [{ accounts: [{ ...account, roleArn: 'x' }] }, 'accounts.0.roleArn: "x" is not valid; write an IAM role ARN'],
    [
      { accounts: [{ ...account, roleArn: 'arn:aws:iam::444455556666:role/gateway' }] },
      'accounts.0.roleArn: is a role of another account; write a role of 111122223333',
    ],
    [
      { accounts: [{ ...account, readRoleArn: 'arn:aws:iam::111122223333:role/gateway-read' }] },
      'accounts.0.readRoleArn: is given without roleArn; add the role that may change',
    ],
    [{ accounts: [account, account] }, 'accounts.1: 111122223333 is a duplicate'],
    [
      { clusters: [{ ...cluster, clusterName: 'a/b' }] },
      `clusters.0.clusterName: "a/b" is not valid; write the name of an EKS cluster`,
    ],
    [{ clusters: [{ ...cluster, environment: undefined }] }, 'clusters.0.environment: is missing'],
    [
      { clusters: [{ ...cluster, region: 'us-east-1' }] },
      'clusters.0: 111122223333 in us-east-1 is not under accounts; add it there',
    ],
    [{ clusters: [cluster, cluster] }, 'clusters.1: 111122223333/eu-central-1/a is a duplicate'],
    [
      { namespaces: [{ ...payments, name: 'pay*ments' }] },
      'namespaces.0.name: "pay*ments" is not valid; write a namespace',
    ],
    [{ namespaces: [{ ...payments, name: 'Payments' }] }, 'namespaces.0.name: "Payments" is not valid'],
    [
      { namespaces: [{ ...payments, owner: 'x' }] },
      'namespaces.0: "owner" is not a known field; known fields are name, owners',
    ],
    [{ namespaces: [{ ...payments, owners: 'x' }] }, 'namespaces.0.owners: "x" is not valid; write a list'],
    [{ namespaces: [{ ...payments, owners: [''] }] }, 'namespaces.0.owners.0: "" is not valid'],
    [{ namespaces: [{ ...payments, system: 'no' }] }, 'namespaces.0.system: "no" is not valid; write true or false'],
    [
      { namespaces: [{ ...payments, roleArns: ['x'] }] },
      'namespaces.0.roleArns.0: "x" is not valid; write an IAM role ARN',
    ],
    [
      { rolePaths: ['/pods/'] },
      'rolePaths.0: "/pods/" is not valid; write the path of roles with one segment {namespace}, such as "/pods/{namespace}/"',
    ],
    [{ rolePaths: ['/pods/{namespace}'] }, 'rolePaths.0: "/pods/{namespace}" is not valid'],
    [{ rolePaths: ['/pods/x{namespace}/'] }, 'rolePaths.0: "/pods/x{namespace}/" is not valid'],
    [{ rolePaths: ['/{namespace}/{namespace}/'] }, 'rolePaths.0: "/{namespace}/{namespace}/" is not valid'],
    [
      { rolePaths: ['/pods/{namespace}/search/', '/pods/{namespace}/', '/pods/payments/{namespace}/'] },
      'rolePaths.2: gives two namespaces the same path as "/pods/{namespace}/search/"',
    ],
    [{ environments: [{ name: 'dev' }] }, 'environments.0.production: is missing; write true or false'],
    [
      {
        environments: [
          { name: 'dev', production: true },
          { name: 'dev', production: false },
        ],
      },
      'environments.1: dev is a duplicate',
    ],
    [{ targetRoleAccounts: ['4444'] }, 'targetRoleAccounts.0: "4444" is not valid; write an AWS account ID'],
    [{ namespaces: [payments, payments] }, 'namespaces.1: payments is a duplicate'],
    [{ namespaces: [{ ...payments, name: 'kube-*', system: false }] }, 'namespaces.0.system: is false for a pattern'],
    [
      { timeZone: 'Berlin' },
      'timeZone: "Berlin" is not valid; write a time zone of the IANA database, such as "Europe/Berlin"',
    ],
    [{ timeZone: '+02:00' }, 'timeZone: "+02:00" is not valid'],
    [{ timeZone: 1 }, 'timeZone: 1 is not valid'],
    [{ systemNamespaces: ['*-system'] }, 'systemNamespaces.0: "*-system" is not valid'],
    [
      { services: [{ ...robot, mayNamePeople: undefined }] },
      'services.0.mayNamePeople: is missing; write true or false',
    ],
    ...[0, 1_001, 1.5, '5'].map((requestsPerSecond): [object, string] => [
      { services: [{ ...robot, requestsPerSecond }] },
      `services.0.requestsPerSecond: ${JSON.stringify(requestsPerSecond)} is not valid; write a whole number from 1 to 1,000`,
    ]),
    [{ services: [robot, robot] }, 'services.1: robot is a duplicate'],
    [
      { services: [{ ...robot, id: 'https://issuer.example#repo:org/*' }] },
      'services.0.id: "https://issuer.example#repo:org/*" is not valid; write the id of one service as whoami shows it: a star would stand for itself',
    ],
    [
      { permissionSets: [{ ...set, roleNamePrefix: 'AWSReservedSSO_X_' }] },
      'permissionSets.0: "roleNamePrefix" is not a known field; known fields are accountId, roleName, roleId, groups',
    ],
    [
      { permissionSets: [{ ...set, roleName: 'AWSReservedSSO_X_' }] },
      'permissionSets.0.roleName: "AWSReservedSSO_X_" is not valid; write the name of a role of IAM Identity Center',
    ],
    [{ permissionSets: [{ ...set, roleName: 'AWSReservedSSO_X_*' }] }, 'permissionSets.0.roleName: '],
    [{ permissionSets: [{ ...set, roleName: 'Admin' }] }, 'permissionSets.0.roleName: '],
    [{ permissionSets: [{ ...set, roleName: `${set.roleName}${'0'.repeat(64)}` }] }, 'permissionSets.0.roleName: '],
    [{ permissionSets: [{ ...set, accountId: '*' }] }, 'permissionSets.0.accountId: "*" is not valid'],
    [
      { permissionSets: [{ ...set, roleId: 'AIDA0123456789ABCDEF0' }] },
      'permissionSets.0.roleId: "AIDA0123456789ABCDEF0" is not valid; write the unique ID of the role',
    ],
    [{ permissionSets: [set, set] }, 'permissionSets.1: 111122223333/AWSReservedSSO_X_0f is a duplicate'],
  ])('%j', (fields, message) => {
    expect(changed(fields)).toThrow(message);
  });

  test('with all problems at once', () => {
    expect(changed({ services: 1, permissionSets: 2 })).toThrow(/services: [^]*permissionSets: /);
    const namespaces = [{ ...payments, owner: 'x', sytem: true }, payments, payments];
    const clusters = [{ ...cluster, region: 'us-east-1' }];
    expect(changed({ services: 1, namespaces, clusters })).toThrow(
      [
        'inventory.json is not valid:',
        '- namespaces.0: "owner", "sytem" is not a known field; known fields are name, owners, system, roleArns, scope.',
        '- services: 1 is not valid; write a list: [ … ].',
        '- namespaces.1: payments is a duplicate; keep one of them.',
        '- namespaces.2: payments is a duplicate; keep one of them.',
        '- clusters.0: 111122223333 in us-east-1 is not under accounts; add it there.',
      ].join('\n'),
    );
  });

  test('with one problem for an invalid account, not one for each of its clusters', () => {
    expect(changed({ accounts: [{ ...account, name: '' }] })).toThrow(
      /^inventory\.json is not valid:\n- accounts\.0\.name: [^\n]*$/,
    );
  });

  test.each(['__proto__', 'constructor', 'toString'])('with the unknown field %s', (name) => {
    const text = content.replace('"owners"', `"${name}": 1, "owners"`);
    expect(() => parseInventory(text)).toThrow(`namespaces.0: "${name}" is not a known field`);
  });

  test('where it is not JSON or not an object', () => {
    expect(() => parseInventory('{')).toThrow('inventory.json is not JSON');
    expect(() => parseInventory('[]')).toThrow('the file: [] is not valid; write an object');
  });
});

describe('the hash', () => {
  test('the hash is SHA-256 of the text, as sha256sum prints it', () => {
    expect(inventory.hash).toBe(createHash('sha256').update(Buffer.from(content)).digest('hex'));
    expect(inventoryHash('ü')).toBe('607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f');
  });
});

describe('accounts', () => {
  test('accounts are found by ID', () => {
    expect(accountOf(inventory, '111122223333')).toEqual({ ...account, roleArn: null, readRoleArn: null });
    expect(accountOf(inventory, '444455556666')).toBeNull();
  });

  test('accounts are registered with their regions', () => {
    expect(isRegistered(inventory, '111122223333', 'eu-central-1')).toBe(true);
    expect(isRegistered(inventory, '111122223333', 'us-east-1')).toBe(false);
    expect(isRegistered(inventory, '444455556666', 'eu-central-1')).toBe(false);
  });
});

test('finds a service by its exact ID', () => {
  expect(serviceOf(inventory, 'https://issuer.example#chatops')?.mayNamePeople).toBe(true);
  expect(serviceOf(inventory, 'https://issuer.example#chatop')).toBeNull();
});

test('a service has what policies see of it, without its requests per second', () => {
  const services = [{ ...robot, requestsPerSecond: 50 }];
  expect(serviceOf({ services }, 'robot')).toEqual(robot);
});

test('finds a permission set by the exact account and name of its role', () => {
  const role = 'AWSReservedSSO_Auditor_fedcba9876543210';
  expect(permissionSetOf(inventory, '111122223333', role)?.groups).toEqual(['auditors']);
  expect(permissionSetOf(inventory, '444455556666', role)).toBeNull();
  expect(permissionSetOf(inventory, '111122223333', `${role}0`)).toBeNull();
  expect(permissionSetOf(inventory, '111122223333', role.slice(0, -1))).toBeNull();
});

describe('an inventory without the newer fields', () => {
  const {
    environments: _e,
    rolePaths: _r,
    targetRoleAccounts: _t,
    people: _p,
    ...older
  } = JSON.parse(content) as Record<string, unknown>;
  const parsed = parseInventory(JSON.stringify(older));

  test('an inventory without the newer fields is valid, and every cluster counts as production', () => {
    expect(parsed.clusters.map(({ production }) => production)).toEqual([true, true]);
  });

  test('allows neither a target role of another account nor a person in onBehalfOf', () => {
    expect(parsed.clusters.map(({ targetRoleAccounts }) => targetRoleAccounts)).toEqual([[], []]);
    expect(parsed.people).toEqual([]);
  });

  test('has the role path of the shipped convention', () => {
    expect(parsed.rolePaths).toEqual(['/pods/{namespace}/']);
  });
});

test.each([
  ['/pods/{namespace}/', '/pods/dev/{namespace}/'],
  ['/pods/dev/{namespace}/', '/pods/prod/{namespace}/'],
  ['/pods/{namespace}/dev/', '/teams/dev/{namespace}/'],
])('the role paths %s and %s are valid together', (one, other) => {
  expect(changed({ rolePaths: [one, other] })).not.toThrow();
});

const place = { accountId: '111122223333', region: 'eu-central-1' };
const devCluster = { ...place, clusterName: 'apps-dev' };
const prodCluster = { ...place, clusterName: 'apps-prod' };
const other = { accountId: '222233334444', region: 'eu-central-1', clusterName: 'other', environment: 'dev' };

/** The shipped inventory with a cluster in another account, and these namespaces. */
function inventoryWith(...namespaces: readonly object[]) {
  const shippedFields = JSON.parse(content) as { accounts: object[]; clusters: object[] };
  const accounts = [...shippedFields.accounts, { accountId: '222233334444', name: 'o', regions: ['eu-central-1'] }];
  const clusters = [...shippedFields.clusters, other];
  return parseInventory(JSON.stringify({ ...shippedFields, accounts, clusters, namespaces }));
}

const inDev = { ...devCluster, environment: 'dev' };
const inProd = { ...prodCluster, environment: 'prod' };

describe('the owners of a namespace', () => {
  const inventory = inventoryWith(
    { name: 'payments', owners: ['everywhere'] },
    { name: 'payments', scope: { environment: 'dev' }, owners: ['environment'] },
    { name: 'payments', scope: { accountId: '222233334444' }, owners: ['account'] },
    { name: 'payments', scope: prodCluster, owners: ['cluster'] },
    { name: 'pay*', scope: prodCluster, owners: ['pattern of the cluster'] },
    { name: 'search', scope: { environment: 'prod' }, owners: ['search'] },
    { name: '*', scope: { environment: 'dev' }, owners: ['rest of dev'] },
  );

  test.each([
    ['of the cluster', inProd, 'payments', ['cluster']],
    ['of the account before those of the environment', other, 'payments', ['account']],
    ['of the environment before those of everywhere', inDev, 'payments', ['environment']],
    ['of its name before those of a pattern', inProd, 'payments', ['cluster']],
    ['of a pattern of the cluster', inProd, 'payroll', ['pattern of the cluster']],
    ['of a pattern of the environment', inDev, 'search', ['rest of dev']],
    ['of the environment', inProd, 'search', ['search']],
    ['are none where only other scopes have an entry', inProd, 'orders', []],
  ])('%s', (_what, cluster, name, owners) => {
    expect(namespaceIn(inventory, cluster, name)).toMatchObject({ name, owners });
  });

  test('decide in their scope only', () => {
    const sources = readPolicySources(shipped);
    const scoped = inventoryWith(
      { name: 'payments', scope: { environment: 'dev' }, owners: ['payments-team'] },
      { name: 'payments', scope: { environment: 'prod' }, owners: ['payments-operators'] },
    );
    const authorize = makeAuthorize({ ...sources, inventory: scoped });
    const operator = person('oscar', 'payments-operators');
    expect(authorize(context(alice), create()).allowed).toBe(true);
    expect(authorize(context(alice), create(prodCluster)).violations).toMatchObject([
      { policyId: 'default-deny', advice: expect.stringContaining('Owners of the namespace: payments-operators.') },
    ]);
    expect(authorize(context(operator), create(prodCluster)).allowed).toBe(true);
    expect(authorize(context(operator), create()).allowed).toBe(false);
  });
});

test('the directory lists the namespaces of a cluster, each once', () => {
  const directory = makeDirectory(
    inventoryWith(
      { name: 'payments', owners: ['everywhere'] },
      { name: 'payments', scope: { environment: 'prod' }, owners: ['prod'] },
      { name: 'search', scope: devCluster, owners: ['search'] },
    ),
  );
  const listed = (cluster: typeof devCluster) =>
    directory.namespacesOf(cluster).map(({ name, owners }) => `${name}: ${owners.join()}`);
  expect(listed(devCluster)).toEqual(['payments: everywhere', 'search: search']);
  expect(listed(prodCluster)).toEqual(['payments: prod']);
  expect(listed({ ...place, clusterName: 'unknown' })).toEqual([]);
});

test('the lists of clusters in the same scopes are one list, and others share their namespaces', () => {
  const entries = [
    { name: 'payments', owners: ['everywhere'] },
    { name: 'search', scope: { environment: 'prod' }, owners: ['search'] },
  ];
  const directory = makeDirectory(inventoryWith(...entries));
  const [ofDev, ofProd] = [directory.namespacesOf(devCluster), directory.namespacesOf(prodCluster)];
  expect(ofDev[0]).toBe(ofProd[0]);
  const unscoped = makeDirectory(inventoryWith(entries[0] ?? {}));
  expect(unscoped.namespacesOf(devCluster)).toBe(unscoped.namespacesOf(prodCluster));
});

describe('a scope is rejected', () => {
  test.each<[string, object, string]>([
    [
      'with an environment of no cluster',
      { environment: 'production' },
      'no cluster has the environment "production"; write one of dev, prod.',
    ],
    ['with an unknown account', { accountId: '999988887777' }, '999988887777 is not under accounts.'],
    [
      'with an unknown cluster',
      { ...place, clusterName: 'apps' },
      'cluster 111122223333/eu-central-1/apps is not under clusters.',
    ],
    ['with a region alone', { region: 'eu-central-1' }, 'has region; write environment alone, accountId alone, or'],
    [
      'with an account and an environment',
      { accountId: '111122223333', environment: 'dev' },
      'has environment, accountId; write',
    ],
    ['with an unknown field', { stage: 'dev' }, '"stage" is not a known field; known fields are environment'],
  ])('%s', (_what, scope, message) => {
    const load = () => inventoryWith({ name: 'payments', scope, owners: [] });
    expect(load).toThrow(`namespaces.0.scope: ${message}`);
  });

  test('twice for a name', () => {
    const entry = { name: 'payments', scope: { environment: 'dev' }, owners: [] };
    expect(() => inventoryWith(entry, entry)).toThrow('namespaces.1: payments environment dev is a duplicate');
  });
});

test('a look-up among 10,000 namespaces reads one entry', () => {
  let reads = 0;
  const entries = Array.from({ length: 10_000 }, (_, index) => ({
    name: `team-${index}`,
    owners: [`owners-${index}`],
  }));
  const inventory = inventoryWith(...entries);
  const namespaces = inventory.namespaces.map((entry) => ({
    ...entry,
    get name() {
      reads += 1;
      return entry.name;
    },
    get owners() {
      reads += 1;
      return entry.owners;
    },
  }));
  const counted = { ...inventory, namespaces };
  namespaceIn(counted, inDev, request.namespace);
  reads = 0;
  expect(namespaceIn(counted, inDev, 'team-9999').owners).toEqual(['owners-9999']);
  expect(namespaceIn(counted, inDev, 'unlisted').owners).toEqual([]);
  expect(reads).toBe(1);
});

const { schema } = readPolicySources(shipped);
const permitWhen = (condition: string) =>
  `@id("p") permit (principal, action, resource is PodIdentity::Association) when { ${condition} };`;
const compiled = (policies: string) => compilePolicies({ schema, policies: { 'test.cedar': policies } });

describe('owners that can make a difference', () => {
  const user = {
    uid: { type: 'PodIdentity::User', id: 'x' },
    attrs: {},
    parents: [{ type: 'PodIdentity::Group', id: 'own' }],
  };
  const { policies } = compiled(permitWhen('resource.namespace.owners.contains(PodIdentity::Group::"named")'));
  const differentOwners = makeDifferentOwners(policies);

  test('owners that can make a difference are one set of all those with groups of other principals only', () => {
    const others = Array.from({ length: 1_000 }, (_, index) => [`team-${index}`, `guests-${index}`]);
    expect(differentOwners([user], [[], ...others])).toHaveLength(2);
  });

  test('owners that can make a difference are those with a group of the principal, or one that a policy names, with and without others', () => {
    const sets = [['own'], ['own', 'a'], ['own', 'b'], ['named'], ['named', 'own'], ['own', 'named'], ['a']];
    const kinds = differentOwners([user], sets).map((owners) =>
      owners.filter((group) => group !== 'a' && group !== 'b'),
    );
    expect(kinds.map((kind) => [...kind].sort())).toEqual([['own'], ['own'], ['named'], ['named', 'own'], []]);
  });
});

describe('before the association is known, a permit about the owners of a namespace', () => {
  const text = readInventoryText(shipped);
  const teams = Array.from({ length: 50 }, (_, index) => ({ name: `team-${index}`, owners: [`group-${index}`] }));
  const whole = JSON.parse(text) as { readonly namespaces: readonly object[] };
  const inventory = parseInventory(
    JSON.stringify({
      ...whole,
      namespaces: [...whole.namespaces, ...teams, { name: 'shared', owners: ['first', 'second', 'third'] }],
    }),
  );
  const cluster = { accountId: '111122223333', region: 'eu-central-1', clusterName: 'apps-dev' };
  const mayBePermitted = (condition: string, ...groups: string[]) =>
    makePreauthorize(compiled(permitWhen(condition)), inventory)(
      context(person('someone', ...groups)),
      'DeletePodIdentityAssociation',
      cluster,
    ) === null;
  const group = (id: string) => `PodIdentity::Group::"${id}"`;
  const owners = 'resource.namespace.owners';

  test.each([
    ['the principal is one of them', `principal in ${owners}`, 'group-49'],
    ['the principal is one of several', `principal in ${owners}`, 'second'],
    ['there are none', `${owners}.isEmpty()`, 'none'],
    ['there are some', `!${owners}.isEmpty()`, 'none'],
    ['a named group is one', `${owners}.contains(${group('group-7')})`, 'none'],
    ['any of several is one', `${owners}.containsAny([${group('nobody')}, ${group('third')}])`, 'none'],
    ['several are among them', `${owners}.containsAll([${group('first')}, ${group('third')}])`, 'none'],
    ['they are exactly these', `${owners} == [${group('third')}, ${group('second')}, ${group('first')}]`, 'none'],
    ['one is not', `!${owners}.contains(${group('first')})`, 'none'],
    [
      'they are exactly one of the principal',
      `${owners} == [${group('group-3')}] && principal in ${owners}`,
      'group-3',
    ],
  ])('may apply where %s', (_what, condition, member) => {
    expect(mayBePermitted(condition, member)).toBe(true);
  });

  test.each([
    ['the principal is none of them', `principal in ${owners}`, 'group-50'],
    ['no namespace has both', `${owners}.containsAll([${group('group-1')}, ${group('group-2')}])`, 'group-1'],
    ['no namespace has exactly these', `${owners} == [${group('first')}, ${group('second')}]`, 'first'],
    ['no namespace has the named group', `${owners}.contains(${group('nobody')})`, 'group-1'],
  ])('does not apply where %s', (_what, condition, member) => {
    expect(mayBePermitted(condition, member)).toBe(false);
  });
});
