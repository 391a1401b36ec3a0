/** The file of a build with what made its code cache, a {@link CodeCacheMaker}. */
export const codeCacheMakerFile = 'code-cache.json';

/**
 * What made a code cache, with the names and the fields that the functions log when V8 rejects it
 * (`src/app/code-caches.ts`).
 */
export interface CodeCacheMaker {
  /** As `process.version`. */
  readonly nodeVersion: string;
  /** As `process.arch`. */
  readonly architecture: string;
}

/** What runs the functions, as in serverless.yml. */
export interface FunctionRuntime {
  /** Such as nodejs24.x. */
  readonly runtime: string;
  /** Either arm64 or x86_64. */
  readonly architecture: string;
}

/**
 * What a package lacks, in one line, or under which condition. Only AWS knows the exact version of
 * its runtime, so nothing more can be said where the major version and the architecture agree.
 */
export function codeCacheNotice({ nodeVersion, architecture }: CodeCacheMaker, functions: FunctionRuntime): string {
  const made = `Node.js ${nodeVersion} on ${architecture}`;
  const advice = '(docs/performance.md#the-code-cache)';
  const [major = ''] = nodeVersion.slice(1).split('.');
  const isSameArchitecture = architecture.replace(/^x64$/, 'x86_64') === functions.architecture;
  if (isSameArchitecture && functions.runtime === `nodejs${major}.x`) {
    return `Only ${made} uses the code cache: where AWS's runtime has another version, a cold start compiles the bundle ${advice}.`;
  }
  return (
    `The package lacks a code cache that its functions (${functions.runtime} on ${functions.architecture}) can use: it was built by ${made}, ` +
    `so a cold start compiles the bundle. Build on ${functions.architecture} in AWS's image ${advice}.`
  );
}

/**
 * What the time of Lambda costs more on x86_64 than on arm64: $16.67 instead of $13.33 a million
 * GB-seconds, list prices of 2026.
 */
const x86Surcharge = '25 %';

/** On which architecture the functions run, and what the other one would cost, in one line. */
export function architectureNotice({ architecture }: Pick<FunctionRuntime, 'architecture'>): string {
  const other =
    architecture === 'arm64'
      ? `with architecture x86_64, the time of Lambda would cost ${x86Surcharge} more`
      : `the time of Lambda costs ${x86Surcharge} more than with architecture arm64, for which a package is best built on arm64`;
  return `The functions run on ${architecture}: ${other} (docs/deploy.md#architecture).`;
}
