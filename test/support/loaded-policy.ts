import { join } from 'node:path';
import {
  loadCompiledPolicy,
  loadPolicy,
  readInventoryText,
  readPolicySources,
  readRequiredText,
} from '../../src/policy/load.ts';
import type { LoadedPolicy } from '../../src/policy/load.ts';

/** What this test file has loaded, by the content of the folder. */
const loaded = new Map<string, LoadedPolicy>();

/** As `loadPolicy`, once for each content of a folder. */
export function loadPolicyOnce(folder: string, load: (folder: string) => LoadedPolicy = loadPolicy): LoadedPolicy {
  const content = [readPolicySources(folder), readRequiredText(folder), readInventoryText(folder)];
  const key = JSON.stringify(content);
  const policy = loaded.get(key) ?? load(folder);
  loaded.set(key, policy);
  return policy;
}

/**
 * The shipped policies and inventory, loaded once for each test file. The set-up of the tests has compiled them, as a build
 * does; programs without that set-up compile them here.
 */
export function shippedPolicy(): LoadedPolicy {
  const compiled = process.env.COMPILED_POLICIES;
  return compiled === undefined
    ? loadPolicyOnce(join(import.meta.dirname, '../../policies'))
    : loadPolicyOnce(compiled, loadCompiledPolicy);
}
