import { measureRequestCosts } from '../../bench/request-units.ts';
import type { RequestCost } from '../../bench/request-units.ts';
import { describeOnDynamoDb } from '../support/on-dynamodb.ts';
import { dynamoDbEndpoint } from '../support/ledgers.ts';

/** The most units of each outcome. Raise one only with a reason: create, update and delete are most of what a deployment costs. */
const budgets: Readonly<Record<string, Pick<RequestCost, 'tableUnits' | 'indexUnits' | 'readUnits'>>> = {
  create: { tableUnits: 24, indexUnits: 39, readUnits: 1 },
  'create, replayed': { tableUnits: 13, indexUnits: 6, readUnits: 1 },
  // Its state takes more than 1 KB while the create is in progress, with the keys of records.
  'create, conflict': { tableUnits: 26, indexUnits: 37, readUnits: 1 },
  'create, denied': { tableUnits: 3, indexUnits: 9, readUnits: 0 },
  'create, invalid': { tableUnits: 2, indexUnits: 4, readUnits: 0 },
  'dry run of a create': { tableUnits: 3, indexUnits: 6, readUnits: 1 },
  // With personal data, entries of requests with a reason take more than 1 KB, as do their copies in indexes.
  update: { tableUnits: 30, indexUnits: 54, readUnits: 1 },
  'check of a create and a delete': { tableUnits: 2, indexUnits: 4, readUnits: 2 },
  'associations of the cluster, the first page of a deployment': { tableUnits: 2, indexUnits: 0, readUnits: 2 },
  'associations of the cluster': { tableUnits: 0, indexUnits: 0, readUnits: 1 },
  'audit trail of the namespace': { tableUnits: 0, indexUnits: 0, readUnits: 2.5 },
  delete: { tableUnits: 26, indexUnits: 46, readUnits: 1 },
  'an association that a scan sees first': { tableUnits: 4, indexUnits: 3, readUnits: 1 },
  'an association that a scan reads again': { tableUnits: 1, indexUnits: 1, readUnits: 1 },
};

describeOnDynamoDb('units of DynamoDB', () => {
  let costs: readonly RequestCost[];
  beforeAll(async () => {
    costs = await measureRequestCosts(dynamoDbEndpoint ?? '');
  });

  test('every measured request has a budget', () => {
    expect(costs.map(({ request }) => request)).toEqual(Object.keys(budgets));
  });

  test.each(Object.entries(budgets))('a request keeps its budget: %s', (request, budget) => {
    const cost = costs.find((one) => one.request === request);
    for (const kind of ['tableUnits', 'indexUnits', 'readUnits'] as const) {
      expect({ kind, isWithinBudget: (cost?.[kind] ?? NaN) <= budget[kind], units: cost?.[kind] }).toMatchObject({
        isWithinBudget: true,
      });
    }
  });
});
