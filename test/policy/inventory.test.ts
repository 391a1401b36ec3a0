import { createHash } from 'node:crypto';
import {
  accountOf,
  inventoryHash,
  isRegistered,
  permissionSetOf,
  parseInventory,
  serviceOf,
} from '../../src/policy/inventory/inventory.ts';
import { readInventoryText } from '../../src/policy/load.ts';
import { shipped } from '../support/policy-sample.ts';

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
