import type { Parts } from '../operations/dependencies.ts';
import { ungovernedAssociations } from '../queries/drift.ts';
import type { QueryResolvers } from '../generated/graphql.ts';
import { badUserInput, eksReadFailed, forbidden } from './errors.ts';

/** The query that holds EKS against the trail. */
export function ungovernedQuery(parts: Parts) {
  return {
    ungovernedAssociations: async (_, input, { caller, describer, deadline, takeRows }) => {
      const answer = await ungovernedAssociations(parts, caller, input, { describer, deadline });
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
