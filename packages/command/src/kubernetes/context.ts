import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Environment } from '../aws/parameter-file.ts';

/** A cluster that the current context of kubectl names. */
export interface ContextCluster {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
}

const format = 'jsonpath={.contexts[0].context.cluster}';

/**
 * The cluster of kubectl's current context, if its name there is an ARN of EKS, as
 * `aws eks update-kubeconfig` writes it; else null. Asks kubectl, which merges the files of KUBECONFIG.
 */
export async function clusterOfContext(environment: Environment): Promise<ContextCluster | null> {
  const args = ['config', 'view', '--minify', '--output', format];
  const { stdout } = await promisify(execFile)('kubectl', args, { env: environment, timeout: 10_000 }).catch(() => ({
    stdout: '',
  }));
  const [, region, accountId, clusterName] =
    /^arn:aws[a-z-]*:eks:([a-z\d-]+):(\d{12}):cluster\/(.+)$/.exec(stdout) ?? [];
  if (region === undefined || accountId === undefined || clusterName === undefined) return null;
  return { clusterName, accountId, region };
}
