import { expectRejection, expectThat } from './expectations.ts';
import type { Assumption } from './assumption.ts';
import { createAfterDelete, lagOf, make } from './lags.ts';

/** How soon reads show changes, and what lists hold. */
export const reads: readonly Assumption[] = [
  {
    id: 'create-visible',
    statement: 'Reads show a new association within LIST_LAG_MS, and from then on.',
    consequence:
      'Raise LIST_LAG_MS above what was measured: a create that took effect could be reported as not done and sent again.',
    trial: async (eks) => {
      const { associationId, serviceAccount } = await eks.create();
      return lagOf(eks, async () => {
        const { ids } = await eks.list({ serviceAccount });
        return ids.includes(associationId) && (await eks.find(associationId)) !== null;
      });
    },
  },
  {
    id: 'update-visible',
    statement: 'Describes show updates and tags within LIST_LAG_MS, and from then on.',
    consequence: 'Raise LIST_LAG_MS above what was measured: an update in doubt could be reported as not done.',
    trial: async (eks) => {
      const { associationId, associationArn } = await make(eks);
      await eks.update(associationId, { disableSessionTags: true });
      await eks.tag(associationArn, { team: 'a' });
      return lagOf(eks, async () => {
        const { disableSessionTags, tags } = await eks.describe(associationId);
        return disableSessionTags === true && tags.length === 1;
      });
    },
  },
  {
    id: 'delete-visible',
    statement: 'Reads do not show a deleted association after LIST_LAG_MS.',
    consequence: 'Raise LIST_LAG_MS above what was measured: a delete in doubt could be reported as not done.',
    trial: async (eks) => {
      const { associationId, serviceAccount } = await make(eks);
      await eks.remove(associationId);
      return lagOf(eks, async () => {
        const { ids } = await eks.list({ serviceAccount });
        return ids.length === 0 && (await eks.find(associationId)) === null;
      });
    },
  },
  {
    id: 'create-after-delete',
    statement: 'After a delete, a create may get 409 within LIST_LAG_MS, and succeeds later.',
    consequence:
      'A create soon after a delete is refused because of an association that is gone. Clients have to wait longer: no setting helps.',
    trial: async (eks) => {
      const { associationId, serviceAccount } = await make(eks);
      await eks.remove(associationId);
      const deletedAt = performance.now();
      await createAfterDelete(eks, { serviceAccount });
      return performance.now() - deletedAt;
    },
  },
  {
    id: 'filters',
    statement: 'A filtered list has associations of exactly these names.',
    consequence: 'Lists of the gateway fail as a whole: it takes an association of another name for a wrong answer.',
    trial: async (eks) => {
      const { serviceAccount, associationId } = await make(eks);
      const longer = await make(eks, { serviceAccount: `${serviceAccount}-longer` });
      await lagOf(eks, async () => (await eks.list({ serviceAccount: longer.serviceAccount })).ids.length === 1);
      const { ids } = await eks.list({ serviceAccount });
      expectThat(ids.join() === associationId, `the list has ${ids.join(', ') || 'nothing'}`);
    },
  },
  {
    id: 'pages',
    statement: 'Pages have each association once, at most as many as asked for; only the last has no token.',
    consequence: 'Scans miss associations, or report ones as deleted that exist.',
    trial: async (eks) => {
      const made = [await make(eks), await make(eks), await make(eks)].map(({ associationId }) => associationId);
      await lagOf(eks, async () => {
        const { ids } = await eks.list();
        return made.every((id) => ids.includes(id));
      });
      const seen: string[] = [];
      let nextToken: string | null = null;
      do {
        const page = await eks.list({ maxResults: 2, ...(nextToken === null ? {} : { nextToken }) });
        expectThat(page.ids.length <= 2, `a page has ${page.ids.length} associations`);
        expectThat(page.nextToken !== nextToken || nextToken === null, 'a page has its own token');
        seen.push(...page.ids);
        nextToken = page.nextToken;
      } while (nextToken !== null);
      const own = seen.filter((id) => made.includes(id)).toSorted();
      expectThat(own.join() === made.toSorted().join(), `of ${made.join(', ')}, the pages have ${own.join(', ')}`);
    },
  },
  {
    id: 'page-token',
    statement: 'An invalid page token gets 400 `InvalidParameterException`.',
    consequence: 'Clients of the gateway with an old cursor get an error of EKS instead of advice to begin again.',
    trial: (eks) => {
      const list = eks.list({ nextToken: 'no-token-of-a-list' });
      return expectRejection(list, { status: 400, exception: 'InvalidParameterException' });
    },
  },
];
