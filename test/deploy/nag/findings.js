// Prints what the packs of cdk-nag find in each CloudFormation template, as a JSON list of lists: node findings.js TEMPLATE_FILE…
// Each finding is `rule on logical ID`, the rule without the name of its pack. Sorted. Requires `npm ci` in this folder.
import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks, ServerlessChecks } from 'cdk-nag';

const packs = [AwsSolutionsChecks, ServerlessChecks, NIST80053R5Checks, HIPAASecurityChecks, PCIDSS321Checks];
const packName = /^(AwsSolutions|Serverless|NIST\.800\.53\.R5|HIPAA\.Security|PCI\.DSS\.321)-/;

/** What the packs find in the template of a file. */
function findingsIn(templateFile) {
  const app = new App({ analyticsReporting: false });
  new CfnInclude(new Stack(app, 'stack'), 'template', { templateFile });
  const findings = packs.flatMap((Pack) =>
    new Pack(app)
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(
          ({ constructPath = '' }) => `${ruleName.replace(packName, '')} on ${constructPath.replace(/^.*\//, '')}`,
        ),
      ),
  );
  return [...new Set(findings)].sort();
}

console.log(JSON.stringify(process.argv.slice(2).map(findingsIn)));
