// Quick test: packages/command/test/declaration/planner.test.ts.
import { startFaultyRoute } from '../../../client/test/gateway.ts';
import { startScannedGateway } from './scanned-gateway.ts';
import type { ScannedGateway } from './scanned-gateway.ts';

let fleet: ScannedGateway;

beforeEach(async () => {
  fleet = await startScannedGateway();
  await fleet.observe();
});
afterEach(() => fleet.close());

/** A declaration with one binding for each name, in a cluster and a namespace. */
function declarationOf(bindings: Readonly<Record<string, readonly [cluster: string, namespace: string]>>): string {
  const texts = Object.entries(bindings).map(
    ([name, [cluster, namespace]]) => `  - name: ${name}
    roleArn: arn:aws:iam::{accountId}:role/pods/${namespace}/${namespace === 'search' ? 'search' : 'payments'}-api
    clusters: [${cluster}]
    namespaces: [${namespace}]
    serviceAccounts: [${name}]
    tags: { team: ${namespace} }
`,
  );
  return `version: 1\nname: scoped\nbindings:\n${texts.join('') || '  []\n'}`;
}

const all = declarationOf({
  one: ['apps-dev', 'payments'],
  two: ['apps-dev', 'search'],
  three: ['apps-prod', 'payments'],
});

/** Plans a text, as a platform administrator. Returns the changes, as `create two`. */
async function planned(text: string, more: readonly string[] = [], name = 'plan') {
  const file = fleet.write(`${name}.yaml`, text);
  const args = ['plan', '-f', file, '-o', fleet.pathOf(`${name}.json`), '--output', 'json', ...more];
  const { code, stdout, stderr } = await fleet.run(args, 'pat');
  if (code !== 0) throw new Error(stderr);
  const { changes } = JSON.parse(stdout) as {
    readonly changes: readonly { readonly action: string; readonly target: { readonly serviceAccount: string } }[];
  };
  return changes.map(({ action, target }) => `${action} ${target.serviceAccount}`);
}

async function apply(name = 'plan', deletes = 0) {
  const args = ['apply', fleet.pathOf(`${name}.json`), '--confirm-deletions', String(deletes)];
  const { code, stdout } = await fleet.run(args, 'pat');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^Done: (\d+) of \1\.\n$/) });
}

describe('plan --target', () => {
  test.each([
    ['a binding', ['binding/two'], ['create two']],
    ['a cluster', ['cluster/apps-dev'], ['create one', 'create two']],
    ['a cluster of an account', ['cluster/111122223333/eu-central-1/apps-prod'], ['create three']],
    ['a binding and a cluster', ['binding/two', 'cluster/apps-prod'], ['create two', 'create three']],
  ])('plans only %s', async (_, targets, changes) => {
    expect(
      await planned(
        all,
        targets.flatMap((target) => ['--target', target]),
      ),
    ).toEqual(changes);
  });

  test.each([
    ['binding/four', "no binding has the name 'four'"],
    ['cluster/apps-none', "you may see no cluster 'apps-none'"],
    ['two', "invalid target 'two': give binding/NAME"],
  ])('%s is refused', async (target, message) => {
    const { code, stderr } = await fleet.run(['plan', '-f', fleet.write('a.yaml', all), '--target', target], 'pat');
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) });
  });

  test('prunes only in the clusters that it names', async () => {
    await planned(all);
    await apply();
    const less = declarationOf({ two: ['apps-dev', 'search'] });
    expect(await planned(less, ['--prune', '--target', 'binding/two'])).toEqual([]);
    expect(await planned(less, ['--prune', '--target', 'cluster/apps-dev'])).toEqual(['delete one']);
    expect(await planned(less, ['--prune'])).toEqual(['delete one', 'delete three']);
  });

  test('keeps what the declaration made elsewhere in its way back', async () => {
    await planned(all);
    await apply();
    const more = all.replace('serviceAccounts: [two]', 'serviceAccounts: [two, four]');
    expect(await planned(more, ['--target', 'binding/two'])).toEqual(['create four']);
    await apply();
    expect(await planned(fleet.read('plan.inverse.yaml'), ['--prune'], 'back')).toEqual(['delete four']);
  });
});

test('a plan reads one namespace of a cluster if it needs no other', async () => {
  const route = await startFaultyRoute(fleet.gateway.url);
  const filters = async (text: string, more: readonly string[] = []) => {
    route.seen.length = 0;
    await fleet.run(['plan', '-f', fleet.write('bindings.yaml', text), ...more], 'pat', {}, route.url);
    return route.seen.flatMap(({ body }) => {
      const { query, variables } = JSON.parse(body) as { readonly query: string; readonly variables: Filtered };
      return query.includes('query Associations(') && variables.filter.clusterName !== undefined
        ? [[variables.filter.clusterName, variables.filter.namespace]]
        : [];
    });
  };
  expect(await filters(all)).toEqual([
    ['apps-dev', null],
    ['apps-prod', 'payments'],
  ]);
  await planned(all);
  await apply();
  const less = declarationOf({ two: ['apps-dev', 'search'] });
  expect(await filters(less)).toEqual([['apps-dev', 'search']]);
  // The share of a cluster that is deleted follows from all that it has.
  expect(await filters(less, ['--prune'])).toEqual([
    ['apps-dev', null],
    ['apps-prod', null],
  ]);
  await route.close();
});

interface Filtered {
  readonly filter: { readonly clusterName?: string; readonly namespace?: string | null };
}
