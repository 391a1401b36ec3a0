import { openForEachTest } from '../support/each-test.ts';
import { input } from '../support/gateway.ts';
import type { Answered, Gateway } from '../support/gateway.ts';

let gateway: Gateway;

openForEachTest((opened) => ({ gateway } = opened));

describe('podIdentityAssociations by role', () => {
  const byRole = `query ($roleArn: String, $first: Int, $after: String) {
    podIdentityAssociations(clusterName: "apps-dev", namespace: "payments", roleArn: $roleArn, first: $first, after: $after) {
      nodes { serviceAccount } pageInfo { hasNextPage endCursor }
    }
  }`;
  interface Page {
    readonly podIdentityAssociations: {
      readonly nodes: readonly { readonly serviceAccount: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    } | null;
  }
  const shared = 'arn:aws:iam::444455556666:role/pods/shared/data-reader';

  beforeEach(async () => {
    await gateway.create({ serviceAccount: 'one', clientRequestToken: 'one' });
    await gateway.create({ serviceAccount: 'two', clientRequestToken: 'two', targetRoleArn: shared });
    await gateway.create({ serviceAccount: 'three', clientRequestToken: 'three' });
  });

  test('lists the associations with the role as role or target role, over pages that can be empty', async () => {
    const found: string[] = [];
    let pages = 0;
    for (let after: string | null = null; ; pages += 1) {
      const answered: Answered<Page> = await gateway.send<Page>(byRole, { roleArn: shared, first: 1, after });
      const page = answered.data?.podIdentityAssociations;
      found.push(...(page?.nodes.map(({ serviceAccount }) => serviceAccount) ?? []));
      if (!page?.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    expect({ found, pages: pages + 1 }).toEqual({ found: ['two'], pages: 3 });
    const { data } = await gateway.send<Page>(byRole, { roleArn: input.roleArn });
    expect(data?.podIdentityAssociations?.nodes).toHaveLength(3);
  });

  test('rejects a role that is not a role ARN', async () => {
    const { errors } = await gateway.send<Page>(byRole, { roleArn: 'payments-api' });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', findings: [{ path: 'roleArn' }] } }]);
  });
});
