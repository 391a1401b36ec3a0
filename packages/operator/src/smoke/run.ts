import { EKSClient, UpdatePodIdentityAssociationCommand } from '@aws-sdk/client-eks';
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import type { Context } from '../cli/command.ts';
import { iamClient, jwtClient, signedPost } from './client.ts';
import type { Signing } from './client.ts';
import { runSteps } from './steps.ts';
import type { StepResult, Target } from './steps.ts';

/** What the smoke test reads from the environment. */
export interface SmokeSettings {
  /** JWT of the principal. */
  readonly token: string;
  /** Empty where neither an option nor the environment names it, and no step needs it. */
  readonly region: string;
  /** Null: Lambda's own endpoint. */
  readonly lambdaEndpoint: string | null;
}

/** What to try, and how to reach it; null: the steps that need it are skipped. */
export interface SmokeRequest {
  readonly target: Target;
  readonly url: string;
  readonly iamUrl: string | null;
  readonly changesDirectly: boolean;
  readonly reconcileFunction: string | null;
}

/** Runs the steps, and prints what they found. Gives the exit code. */
export async function run(request: SmokeRequest, { settings, print }: Context<SmokeSettings>): Promise<number> {
  const { target, url, iamUrl, changesDirectly, reconcileFunction } = request;
  const { token, region, lambdaEndpoint } = settings;
  const credentials = fromNodeProviderChain();
  const lambda = lambdaEndpoint ?? `https://lambda.${region}.amazonaws.com`;
  const results = await runSteps(
    {
      jwt: jwtClient(url, token),
      iam: iamUrl === null ? null : iamClient(iamUrl, region, credentials),
      changeDirectly: changesDirectly ? changeDirectly(target.clusterName, region) : null,
      reconcile:
        reconcileFunction === null
          ? null
          : () =>
              invoke(`${lambda}/2015-03-31/functions/${reconcileFunction}/invocations`, {
                service: 'lambda',
                region,
                credentials,
              }),
    },
    target,
  );
  print(tableOf(results));
  return results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}

async function invoke(url: string, signing: Signing): Promise<Record<string, unknown>> {
  const response = await signedPost(url, '{}', signing);
  const text = await response.text();
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Turns session tags off, which the gateway's create leaves on. */
function changeDirectly(clusterName: string, region: string) {
  const client = new EKSClient({ region });
  return async (associationId: string) => {
    await client.send(
      new UpdatePodIdentityAssociationCommand({ clusterName, associationId, disableSessionTags: true }),
    );
  };
}

/** A table of the results for the terminal. */
function tableOf(results: readonly StepResult[]): string {
  const rows = results.map(({ name, outcome, milliseconds, detail }) => [
    ...[name, outcome, outcome === 'skipped' ? '' : String(milliseconds), detail.replaceAll('\n', ' ')],
  ]);
  const all = [['step', 'result', 'ms', 'detail'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row.map((cell, column) => (column === 2 ? cell.padStart(widths[2] ?? 0) : cell.padEnd(widths[column] ?? 0))),
    )
    .map((row) => row.join('  ').trimEnd())
    .join('\n');
}
