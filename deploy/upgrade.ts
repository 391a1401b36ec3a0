// Plans the update of a deployed stack: npm run upgrade -- deployed.json
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, UsageError } from '../tools/command.ts';
import { refusedChanges } from './stack-changes.ts';
import { describePlan, packagedTemplate, readTemplate } from './upgrade-plan.ts';
import { stepsBefore } from './upgrade-steps.ts';

const help = `Prints in which steps the last package can be deployed over a stack, and what forbids it.

Usage: npm run upgrade -- DEPLOYED

  DEPLOYED    the template of the stack: aws cloudformation get-template --stack-name NAME --query TemplateBody > DEPLOYED
  -h, --help  print this text

Steps before the last one are written to .serverless/upgrade-step-N.json: deploy them in this order, each when the one before is complete.

Exits with 0 when there is a plan, with 1 when the update would replace or remove what must stay, with 2 when the arguments are wrong.
`;

process.exitCode = await runCommand({
  help,
  options: {},
  maxArguments: 1,
  run: (_, [deployed]) => {
    if (deployed === undefined) throw new UsageError('Give the file with the template of the stack.');
    const root = process.cwd();
    const packaged = join(root, packagedTemplate);
    if (!existsSync(packaged)) throw new Error(`There is no ${packagedTemplate}: run npm run package first.`);
    const [before, after] = [readTemplate(deployed), readTemplate(packaged)];
    process.stdout.write(`${[deployed, ...describePlan(before, after)].join('\n')}\n`);
    stepsBefore(before, after).forEach(({ template }, index) => {
      writeFileSync(join(root, '.serverless', `upgrade-step-${index + 1}.json`), JSON.stringify(template));
    });
    return refusedChanges(before, after).length === 0 ? 0 : 1;
  },
});
