import type { Approval } from '../../../src/model/approval.ts';
import { publicApprovalId } from '../../../src/model/approval.ts';
import { castVote } from '../../../src/operations/approvals/cast-vote.ts';
import { approvers } from './asked-needs.ts';
import type { Ballot } from './asked-needs.ts';
import { ulids } from './environment.ts';
import type { Environment } from './environment.ts';
import { dependenciesOf, whatPermitsAll } from './process-dependencies.ts';
import { gatedApprovals } from './ports.ts';
import type { Process } from './processes.ts';
import { describeFaults } from './scenario.ts';
import type { Faults } from './scenario.ts';

/** Maximum number of concurrent votes. */
const maxVotes = 3;

const voteMs = 29_000;

/** Returns what votes on an approval as a process, with the clock of approvers. */
export function makeVoters(environment: Environment, start: (name: string, faults: Faults, ballot: Ballot) => Process) {
  const { clock, processes, approvals, model, series, versions, log } = environment;
  // Their clock may be far ahead, and must not move the times of others.
  const ulid = ulids(series, 5_000_000);
  return async (ballot: Ballot, faults: Faults): Promise<void> => {
    const { by, vote, index } = ballot;
    const asked = approvals.stored()[index];
    const running = processes.all.filter(
      ({ state, attempt }) => attempt.ballot && ['running', 'frozen'].includes(state),
    );
    if (!asked || running.length >= maxVotes) return;
    const process = start(`${by} ${processes.all.length + 1}`, faults, ballot);
    log(() => `${process.attempt.name} votes ${vote} on ${asked.id}${describeFaults(faults)}`);
    const store = gatedApprovals(environment, process);
    // The policies in force are known at once: what a request may rely on is not what this is about.
    const denied = versions.deniedNow();
    process.attempt.denied = denied;
    const deps = {
      ...dependenciesOf(environment, process, { ...whatPermitsAll, denied }),
      approvals: store,
      clock: clock.approver,
      ulid,
    };
    const load = async (): Promise<Approval | null> => {
      const approval = await store.getApproval(asked.key);
      return approval?.id === asked.id ? approval : null;
    };
    const principal = { id: by, kind: 'USER', groups: approvers[by], sessionName: null } as const;
    const circumstances = { actor: null, sourceAddress: null, userAgent: null, apiRequestId: process.attempt.name };
    const input = { approvalId: publicApprovalId(asked), comment: null };
    const call = { vote, input, load, identity: { principal, ...circumstances }, deadline: clock.approver() + voteMs };
    try {
      const { refusal } = await castVote(deps, call);
      log(() => `  ${process.attempt.name} is answered ${refusal?.code ?? 'that the vote counts'}`);
    } catch (error) {
      model.failed(process.attempt, error);
    }
    process.state = 'finished';
  };
}
