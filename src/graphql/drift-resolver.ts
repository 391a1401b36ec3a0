import type { Dependencies } from '../operations/dependencies.ts';
import { associationDrift } from '../queries/drift.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { badUserInput, eksReadFailed, forbidden } from './errors.ts';

/** The query that holds EKS against the trail. */
export function driftQuery(deps: Dependencies) {
  return {
    associationDrift: async (_, input, { identity, describer, deadline, takeRows }) => {
      const answer = await associationDrift(deps, identity, input, { describer, deadline });
      switch (answer.kind) {
        case 'looked':
          takeRows(answer.ungoverned.length);
          return answer.ungoverned.map((one) => ({ ...one, differences: [...one.differences] }));
        case 'invalid':
          throw badUserInput(answer.findings);
        case 'denied':
          throw forbidden(answer.violations);
        case 'eks-failed':
          throw eksReadFailed(answer.error);
      }
    },
  } satisfies QueryResolvers;
}
