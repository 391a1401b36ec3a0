import { DescribeAddonCommand, DescribeClusterCommand } from '@aws-sdk/client-eks';
import type { EKSClient } from '@aws-sdk/client-eks';
import * as v from 'valibot';
import type { ClusterRef } from '../model/association.ts';
import type { Deadline } from '../runtime/deadline.ts';
import type { AddonResult, ClusterResult } from './eks.ts';
import { eksErrorOf, isAbsent, unexpectedResponse } from './errors.ts';

/** A status of EKS. Its values can grow, so only its form is checked. */
const status = v.pipe(v.string(), v.regex(/^[A-Z_]{1,40}$/));

/**
 * The parts of `Cluster` in the EKS API reference that are read. `computeConfig.enabled` is EKS
 * Auto Mode.
 */
const clusterShape = v.object({
  name: v.string(),
  status,
  computeConfig: v.nullish(v.object({ enabled: v.nullish(v.boolean()) })),
});

/** The parts of `Addon` in the EKS API reference that are read. */
const addonShape = v.object({ addonName: v.string(), clusterName: v.string(), status });

/** Reads a cluster. Errors of EKS and of the network are results, not exceptions. */
export async function describeCluster(
  reader: EKSClient,
  { clusterName }: ClusterRef,
  abortSignal: Deadline,
): Promise<ClusterResult> {
  try {
    const output = await reader.send(new DescribeClusterCommand({ name: clusterName }), { abortSignal });
    const parsed = v.safeParse(clusterShape, output.cluster);
    if (!parsed.success || parsed.output.name !== clusterName) return incomplete(output.$metadata.requestId);
    const { computeConfig, status: clusterStatus } = parsed.output;
    return { kind: 'found', status: clusterStatus, hasAutoMode: computeConfig?.enabled ?? false };
  } catch (error) {
    return isAbsent(error) ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) };
  }
}

/** Reads an add-on of a cluster. Errors of EKS and of the network are results, not exceptions. */
export async function describeAddon(
  reader: EKSClient,
  { clusterName }: ClusterRef,
  addonName: string,
  abortSignal: Deadline,
): Promise<AddonResult> {
  try {
    const output = await reader.send(new DescribeAddonCommand({ clusterName, addonName }), { abortSignal });
    const parsed = v.safeParse(addonShape, output.addon);
    const addon = parsed.success ? parsed.output : null;
    const isOfRequest = addon?.addonName === addonName && addon.clusterName === clusterName;
    return isOfRequest ? { kind: 'found', status: addon.status } : incomplete(output.$metadata.requestId);
  } catch (error) {
    return isAbsent(error) ? { kind: 'absent' } : { kind: 'failed', error: eksErrorOf(error) };
  }
}

function incomplete(requestId: string | undefined) {
  const message = 'The cluster or add-on in the response is incomplete, or not the requested one.';
  return { kind: 'failed', error: unexpectedResponse(message, requestId ?? null) } as const;
}
