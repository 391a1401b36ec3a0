// A plugin of the Serverless Framework that finishes the template: it grants what the inventory in the package needs, points
// the API at the alias, uses restored tables, and evaluates the conditions of options.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseInventory } from '../src/policy/inventory.ts';
import type { Inventory } from '../src/policy/inventory.ts';
import { foldConditions } from './fold-conditions.ts';
import type { FoldableTemplate, JsonObject } from './fold-conditions.ts';
import { withArnsOf } from './inventory-arns.ts';
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

/** The template of this deployment: without unmet conditions, and with the permissions that this inventory needs. */
function finished(template: FoldableTemplate, inventory: Inventory, settings: Settings): FoldableTemplate {
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([name, resource]) => [
      name,
      resource.Type === 'AWS::IAM::Role' ? (withArnsOf(inventory, resource) as JsonObject) : resource,
    ]),
  );
  const granted = withRolesOfOtherAccounts(Resources, inventory, settings.assumeRoleArns ?? '');
  const released = withAlias(granted, (settings.codeSigningConfigArn ?? '') !== '');
  return foldConditions({ ...template, Resources: withRestoredTables(released, settings) });
}

/** The plugin. The framework calls it with `new`, which an arrow function does not support. */
export default function template(serverless: Serverless) {
  const finish = () => {
    const { service, serviceDir } = serverless;
    const inventory = parseInventory(readFileSync(join(serviceDir, 'dist', 'policies', 'inventory.json'), 'utf8'));
    const { provider, custom } = service;
    provider.compiledCloudFormationTemplate = finished(
      provider.compiledCloudFormationTemplate,
      inventory,
      custom.settings,
    );
  };
  return { hooks: { 'after:aws:package:finalize:mergeCustomProviderResources': finish } };
}
