// A plugin of the Serverless Framework that finishes the template: it grants what the inventory in the package needs, points
// the API at the alias, uses restored tables, and evaluates the conditions of options.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInventory } from '../src/policy/inventory.ts';
import type { Inventory } from '../src/policy/inventory.ts';
import type { PolicySet } from '../src/policy/compile.ts';
import { policySetFile, readInventoryText } from '../src/policy/load.ts';
import { foldConditions } from './fold-conditions.ts';
import type { FoldableTemplate, JsonObject } from './fold-conditions.ts';
import { withArnsOf } from './inventory-arns.ts';
import { withFlatPrincipals } from './operator-roles.ts';
import { withAlias } from './release-alias.ts';
import { withRolesOfOtherAccounts } from './other-accounts.ts';
import { withRestoredTables } from './restored-tables.ts';
import type { Settings } from './setting-problems.ts';

/** The part of the framework's API that is used here. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: {
    readonly provider: { compiledCloudFormationTemplate: FoldableTemplate };
    readonly custom: { readonly settings: Settings };
  };
}

/** What decides requests until a release does. */
interface Packaged {
  readonly inventory: Inventory;
  readonly policySetHash: string;
}

function readPackaged(folder: string): Packaged {
  const inventory = parseInventory(readInventoryText(folder));
  const { hash } = JSON.parse(readFileSync(join(folder, policySetFile), 'utf8')) as PolicySet;
  return { inventory, policySetHash: hash };
}

/** The template of this deployment: without unmet conditions, and with the permissions that this inventory needs. */
function finished(template: FoldableTemplate, packaged: Packaged, settings: Settings): FoldableTemplate {
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
  const granted = withRolesOfOtherAccounts(Resources, inventory, settings.assumeRoleArns ?? '');
  const released = withAlias(granted, (settings.codeSigningConfigArn ?? '') !== '');
  return foldConditions({ ...template, Resources: withRestoredTables(released, settings), Outputs });
}

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function template(serverless: Serverless) {
  const finish = () => {
    const { service, serviceDir } = serverless;
    const packaged = readPackaged(join(serviceDir, 'dist', 'policies'));
    const { provider, custom } = service;
    provider.compiledCloudFormationTemplate = finished(
      provider.compiledCloudFormationTemplate,
      packaged,
      custom.settings,
    );
  };
  return { hooks: { 'after:aws:package:finalize:mergeCustomProviderResources': finish } };
}
