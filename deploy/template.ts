// A plugin of the Serverless Framework that finishes the template: it grants what the inventory in
// the package needs, points the API at the alias, uses restored tables, names resources, evaluates
// the conditions of options, and checks every size.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInventory } from '../src/policy/inventory/inventory.ts';
import type { Inventory } from '../src/policy/inventory/inventory.ts';
import type { PolicySet } from '../src/policy/policies/compile.ts';
import { policySetFile, readInventoryText } from '../src/policy/load.ts';
import { foldConditions } from './fold-conditions.ts';
import type { FoldableTemplate, JsonObject } from './fold-conditions.ts';
import { withBucketName, withFixedNames } from './fixed-names.ts';
import { withArnsOf } from './inventory-arns.ts';
import { withFlatPrincipals } from './operator-roles.ts';
import { withAlias } from './release-alias.ts';
import { withRolesOfOtherAccounts, withSendersOf } from './other-accounts.ts';
import { describeProblems } from './problems.ts';
import type { Settings } from './problems.ts';
import { withRestoredTables } from './restored-tables.ts';
import { packageSize, sizeProblems } from './size-problems.ts';

/** The part of the framework's API that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly service: {
    readonly service: string;
    readonly provider: {
      compiledCloudFormationTemplate: FoldableTemplate;
      /** The template that creates the stack with only the bucket of the packages. */
      coreCloudFormationTemplate: FoldableTemplate;
    };
    readonly custom: { readonly settings: Settings };
  };
  readonly getProvider: (name: 'aws') => {
    readonly getStage: () => string;
    readonly getRegion: () => string;
    readonly naming: { readonly getCoreTemplateFileName: () => string };
  };
}

/** What decides requests until a policy version does. */
interface Packaged {
  readonly inventory: Inventory;
  readonly policySetHash: string;
}

function readPackaged(folder: string): Packaged {
  const inventory = parseInventory(readInventoryText(folder));
  const { hash } = JSON.parse(readFileSync(join(folder, policySetFile), 'utf8')) as PolicySet;
  return { inventory, policySetHash: hash };
}

/**
 * The template of this deployment: without unmet conditions, and with the permissions that this
 * inventory needs.
 */
function finished(template: FoldableTemplate, packaged: Packaged, settings: Settings, stack: string): FoldableTemplate {
  const { inventory, policySetHash } = packaged;
  const Outputs = {
    ...template.Outputs,
    PackagedPolicySetHash: { Description: 'SHA-256 of the packaged policies and their schema', Value: policySetHash },
    PackagedInventoryHash: { Description: 'SHA-256 of the packaged inventory', Value: inventory.hash },
  };
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([name, resource]) => [
      name,
      resource.Type === 'AWS::IAM::Role'
        ? (withArnsOf(inventory, resource) as JsonObject)
        : (withFlatPrincipals(resource) as JsonObject),
    ]),
  );
  const released = withAlias(Resources, (settings.codeSigningConfigArn ?? '') !== '');
  const folded = foldConditions({ ...template, Resources: withRestoredTables(released, settings), Outputs });
  const otherAccounts = settings.otherAccounts ?? '';
  const granted = withSendersOf(withRolesOfOtherAccounts(folded.Resources, otherAccounts, stack), otherAccounts);
  return { ...folded, Resources: withFixedNames(granted, stack) };
}

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function template(serverless: Serverless) {
  const { service, serviceDir } = serverless;
  const { provider } = service;
  const aws = serverless.getProvider('aws');
  const stackName = () => `${service.service}-${aws.getStage()}`;

  // The framework has written the template that creates the bucket by now, and merges the full one
  // with a copy of it.
  const nameBucket = () => {
    const withName = (core: FoldableTemplate): FoldableTemplate => {
      const { ServerlessDeploymentBucket: bucket = {} } = core.Resources;
      return {
        ...core,
        Resources: { ...core.Resources, ServerlessDeploymentBucket: withBucketName(bucket, stackName()) },
      };
    };
    provider.compiledCloudFormationTemplate = withName(provider.compiledCloudFormationTemplate);
    provider.coreCloudFormationTemplate = withName(provider.coreCloudFormationTemplate);
    const file = join(serviceDir, '.serverless', aws.naming.getCoreTemplateFileName());
    writeFileSync(file, JSON.stringify(provider.coreCloudFormationTemplate, null, 2));
  };

  const finish = () => {
    const packaged = readPackaged(join(serviceDir, 'dist', 'policies'));
    const { compiledCloudFormationTemplate: compiled } = provider;
    const complete = finished(compiled, packaged, service.custom.settings, stackName());
    const stack = { name: stackName(), region: aws.getRegion() };
    const problems = sizeProblems(complete, stack, packageSize(join(serviceDir, 'dist')));
    if (problems.length > 0) throw new serverless.classes.Error(describeProblems(problems), 'DEPLOY_CHECK_FAILED');
    provider.compiledCloudFormationTemplate = complete;
  };
  return {
    hooks: {
      'after:package:initialize': nameBucket,
      'after:aws:package:finalize:mergeCustomProviderResources': finish,
    },
  };
}
