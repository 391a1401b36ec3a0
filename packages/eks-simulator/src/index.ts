export { startEksSimulator } from './simulator.ts';
export type { EksSimulator, EksSimulatorOptions } from './simulator.ts';
export type { LoggedRequest } from './request-log.ts';
export type { OperationName } from './operation.ts';
export { podIdentityTrustPolicy } from './trust-policy.ts';
export { readWorld } from './world.ts';
export type { Addon, Cluster } from './cluster.ts';
export type { World } from './world.ts';
