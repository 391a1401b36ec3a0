import { expectRejection } from './expectations.ts';
import type { Assumption } from './assumption.ts';
import { lagOf, make } from './lags.ts';

/** This many tags. */
function tagsOf(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, 'value']));
}

const invalid = { status: 400, exception: 'InvalidParameterException' } as const;
const badRequest = { status: 400, exception: 'BadRequestException' } as const;

/** Tags: their limits, and the operations on them. */
export const tags: readonly Assumption[] = [
  {
    id: 'tags-count',
    statement:
      'More than 50 tags get 400: `InvalidParameterException` in a create, `BadRequestException` in TagResource.',
    consequence:
      'The gateway has no room for its ownership tag where it counts on it, or refuses what EKS would accept.',
    trial: async (eks) => {
      const { associationArn } = await eks.create({ tags: tagsOf(50) });
      await expectRejection(eks.create({ tags: tagsOf(51) }), invalid);
      await expectRejection(eks.tag(associationArn, { another: 'one' }), badRequest);
    },
  },
  {
    id: 'tags-length',
    statement: 'Tag keys of more than 128 characters and values of more than 256, not bytes, get 400.',
    consequence: 'Validation of the gateway refuses what EKS accepts, or sends what EKS rejects.',
    trial: async (eks) => {
      await eks.create({ tags: { ['é'.repeat(128)]: 'é'.repeat(256) } });
      await expectRejection(eks.create({ tags: { ['k'.repeat(129)]: '' } }), invalid);
      await expectRejection(eks.create({ tags: { key: 'v'.repeat(257) } }), invalid);
    },
  },
  {
    id: 'tags-reserved',
    statement: 'Tag keys with `aws:` in any letter case get 400 `InvalidParameterException`.',
    consequence: 'The gateway refuses what EKS would accept.',
    trial: async (eks) => {
      for (const key of ['aws:team', 'AWS:team']) {
        await expectRejection(eks.create({ tags: { [key]: 'a' } }), invalid);
      }
    },
  },
  {
    id: 'tags-kept',
    statement: 'TagResource keeps other tags, and UntagResource ignores unknown keys.',
    consequence: 'A tool that tags an association removes the ownership tag: origins become unknown.',
    trial: async (eks) => {
      const { associationId, associationArn } = await make(eks, { tags: { team: 'a' } });
      await eks.tag(associationArn, { stage: 'b' });
      await eks.untag(associationArn, ['absent']);
      await lagOf(eks, async () => {
        const seen = (await eks.describe(associationId)).tags.map(({ key, value }) => `${key}=${value}`);
        return seen.join() === 'stage=b,team=a';
      });
    },
  },
];
