import { accessReview } from './access-review/command.ts';
import { assumptions } from './assumptions/command.ts';
import { command } from './cli/command.ts';
import type { Command } from './cli/command.ts';
import { completionOf, shells } from './cli/completion.ts';
import type { CommandTable } from './cli/run.ts';
import { confirmGone } from './confirm-gone/command.ts';
import { erase } from './erase/command.ts';
import { replay as eventsReplay, tail } from './events/commands.ts';
import { trailExport } from './export/command.ts';
import { inventorySuggest } from './inventory/command.ts';
import { ledgerCopy } from './ledger-copy.ts';
import { lift, lock } from './lock/command.ts';
import { check, impact, replay, why } from './policies/commands.ts';
import { publish, rollback, versions } from './policy-versions/commands.ts';
import { principal } from './principal/command.ts';
import { restore } from './restore/command.ts';
import { smoke } from './smoke/command.ts';
import { trailBegin, trailCheckProof, trailCopy, trailProve, trailVerify } from './verify/commands.ts';

const completion: Command = command({
  name: 'completion',
  summary: 'Prints the completion script of a shell.',
  arguments: [{ name: 'SHELL', help: 'the shell', choices: shells }],
  options: {},
  examples: ['bash'],
  fails: 'The output fails',
  request: (_, [given]) => shells.find((shell) => shell === given) ?? null,
  run: (shell, { stdout }) => {
    stdout.write(completionOf(commandTable, shell));
    return 0;
  },
});

/** The commands of the program. Help texts, completion and README follow from it. */
export const commandTable: CommandTable = {
  summary: 'The tools of those who operate pod-identity-gateway: policies, locks, audit trail, restore.',
  groups: {
    policies: 'Checks, explains, tries and publishes policies.',
    inventory: 'Compares the inventory with what exists in AWS.',
    trail: 'Exports and verifies the audit trail.',
    events: 'Shows events, and sends them again.',
    ledger: 'Copies the ledger of npm start.',
  },
  commands: [
    ...[check, why, impact, replay, publish, rollback, versions, inventorySuggest],
    ...[
      accessReview,
      lock,
      lift,
      confirmGone,
      restore,
      erase,
      trailExport,
      trailVerify,
      trailBegin,
      trailProve,
      trailCheckProof,
      trailCopy,
      tail,
      eventsReplay,
    ],
    ...[principal, assumptions, smoke, ledgerCopy, completion],
  ],
};
