// The only module through which Cedar is used.
import { makeCedar } from './instance.ts';
import type { Cedar } from './instance.ts';
import { startCedar } from './start.ts';

export type {
  CedarValueJson,
  DetailedError,
  EntityJson,
  PolicyJson,
  SchemaJson,
  TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';

/**
 * A place where Cedar runs: one instance of its WebAssembly, until a call throws. A trap leaves the
 * instance's memory and stack in an undefined state, in which every later call can fail, and other
 * exceptions leak a part of its stack. So the instance is discarded, and the next call gets a new
 * one, in which nothing is parsed yet.
 */
export interface CedarHost {
  /** The instance in use. Compare it with the one in which something was parsed. */
  readonly instance: () => Cedar;
  /**
   * A name for what an engine parses, which no other engine of this host has: Cedar's cache is
   * shared by the whole instance. The first engines of two hosts have the same names, so that a
   * snapshot of the memory of one is of use to the other.
   */
  readonly nextEngineName: () => string;
}

/** Creates a host. `start` creates its instances, each when it is needed. */
export function makeCedarHost(start: () => Cedar = () => makeCedar().cedar): CedarHost {
  let current: Cedar | null = null;
  let engines = 0;
  const guarded = (cedar: Cedar): Cedar => {
    const guard =
      <Args extends readonly unknown[], Result>(call: (...args: Args) => Result) =>
      (...args: Args): Result => {
        try {
          return call(...args);
        } catch (error) {
          if (current === instance) current = null;
          throw error;
        }
      };
    const instance: Cedar = {
      isAuthorizedPartial: guard(cedar.isAuthorizedPartial),
      policySetTextToParts: guard(cedar.policySetTextToParts),
      policyToJson: guard(cedar.policyToJson),
      preparsePolicySet: guard(cedar.preparsePolicySet),
      preparseSchema: guard(cedar.preparseSchema),
      schemaToJson: guard(cedar.schemaToJson),
      statefulIsAuthorized: guard(cedar.statefulIsAuthorized),
      validate: guard(cedar.validate),
    };
    return instance;
  };
  return {
    instance: () => (current ??= guarded(start())),
    nextEngineName: () => {
      engines += 1;
      return `engine-${engines}`;
    },
  };
}

/** Creates a host whose first instance is this one. */
export function hostOf(cedar: Cedar): CedarHost {
  let first: Cedar | null = cedar;
  return makeCedarHost(() => {
    const next = first ?? makeCedar().cedar;
    first = null;
    return next;
  });
}

const { cedar, snapshotProblem, nativeCodeProblem } = startCedar();

/**
 * The host of the package's policies, and of all policies in processes that load no policy
 * versions.
 */
export const processCedar = hostOf(cedar);

/**
 * Why the process did not start from the snapshot of Cedar's memory in the package; null if it did,
 * or if there is none.
 */
export { snapshotProblem };

/**
 * Why V8 compiles Cedar in this process, although the package has its native code; null if it does
 * not, or if there is none.
 */
export { nativeCodeProblem };
