import { publicApprovalId } from '../../../src/model/approval.ts';
import { withdrawApproval } from '../../../src/operations/approvals/withdraw-approval.ts';
import { requireApprovals } from '../../../src/operations/terms/dependencies.ts';
import type { Environment } from './environment.ts';
import { dependenciesOf, whatPermitsAll } from './process-dependencies.ts';
import type { Process } from './processes.ts';
import { describeFaults } from './scenario.ts';
import type { Faults, ScenarioEvent } from './scenario.ts';

const withdrawalMs = 29_000;

/** Returns what withdraws an approval as a process, for who asked or for somebody else, for whom it does not exist. */
export function makeAskers(
  environment: Environment,
  start: (name: string, identity: string, input: string, faults: Faults) => Process,
) {
  const { processes, approvals, model, isBroken, log } = environment;
  return async ({ by, index, faults }: Extract<ScenarioEvent, { readonly do: 'withdraw' }>): Promise<void> => {
    const asked = approvals.stored()[index];
    const asker = asked && approvals.askerOf(asked.id);
    if (!asker) return;
    const principal = by === 'asker' ? asked.requested.principal.id : 'mallory';
    const name = `${principal} ${processes.all.length + 1}`;
    const process = start(name, by === 'asker' ? asker.identity : principal, asker.input, faults);
    log(() => `${name} withdraws ${asked.id}${describeFaults(faults)}`);
    const deps = dependenciesOf(environment, process, whatPermitsAll);
    const identity = {
      principal: { id: principal, kind: 'USER', groups: [], sessionName: null },
      ...{ actor: null, sourceAddress: null, userAgent: null, apiRequestId: name },
    } as const;
    const call = { input: { approvalId: publicApprovalId(asked) }, identity, deadline: deps.clock() + withdrawalMs };
    try {
      const { refusal } = await withdrawApproval({ ...deps, approvals: requireApprovals(deps.approvals) }, call);
      log(() => `  ${name} is answered ${refusal?.code ?? 'that it is withdrawn'}`);
      if (by === 'other' && refusal?.code !== 'APPROVAL_NOT_FOUND')
        isBroken(`${name} was answered ${refusal?.code} about an approval of ${asker.identity}`);
    } catch (error) {
      model.failed(process.attempt, error);
    }
    process.state = 'finished';
  };
}
