import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalGatewayOptions, StartLocalGateway, TokenClaims } from './api.ts';
import { packagedPolicies } from './paths.ts';
import { identitiesOf, loadSecretAccessKey } from './aws-identities.ts';
import { makeForwardClock } from './clock.ts';
import { startLocalGateway as start } from './gateway.ts';
import { worldOf } from './gateway-world.ts';
import { loadSigningKey } from './keys.ts';
import { mintToken, principals } from './principals.ts';
import type { ExamplePrincipal } from './principals.ts';
import { readLocalSettings } from './settings.ts';
import { makeUseLocalGateway } from './use-local-gateway.ts';
import { makeLog } from '../../../src/runtime/log.ts';

export type {
  AwsCredentials,
  EksAssociation,
  EksAssociationChange,
  EksCluster,
  EksFault,
  EksOperation,
  EksRequest,
  EksRole,
  GatewayClock,
  GatewayWorld,
  LocalGateway,
  LocalGatewayOptions,
  LocalWorld,
  SimulatedEks,
  StartLocalGateway,
  TestHooks,
  TokenClaims,
  UseLocalGateway,
} from './api.ts';

/** Lifetime of the tokens, in seconds. */
const expiresInSeconds = 3600;

/** Starts a gateway with a simulated EKS. Rejects with an Error that names the setting to fix. */
export const startLocalGateway: StartLocalGateway = async (options = {}) => {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'pod-identity-gateway-')));
  const removeFolder = async () => {
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const world = options.world && JSON.stringify(options.world);
    const settings = readLocalSettings(environmentOf(options, folder), world);
    const log = makeLog((line) => options.onLogLine?.(line));
    const time = makeForwardClock();
    let gateway = await start(settings, log, time.now);
    const known = gateway.world?.principals ?? principals;
    const url = `${gateway.url}/graphql`;
    const eksUrl = gateway.simulator?.url ?? null;
    const samePorts = { port: portOf(url), eksSimulatorPort: eksUrl === null ? 0 : portOf(eksUrl) };
    const setForward = async (change: () => void) => {
      if (options.folder !== undefined) {
        throw new Error('A clock that is set forward would leave times of the future in the option folder.');
      }
      change();
      await gateway.runServices();
    };
    return {
      url,
      eksUrl,
      get eks() {
        return gateway.simulator?.control ?? null;
      },
      world: worldOf(gateway, gateway.inventory),
      clock: {
        now: () => new Date(time.now()),
        advance: (ms) => setForward(() => time.advance(ms)),
        set: (to) => setForward(() => time.set(to)),
      },
      reset: async () => {
        if (options.folder !== undefined) throw new Error('reset() would delete what the option folder keeps.');
        await gateway.close();
        time.reset();
        gateway = await start({ ...settings, ...samePorts }, log, time.now);
      },
      token: async (principal) => {
        const claims = typeof principal === 'string' ? claimsOf(principal, known) : principal;
        return mintToken(await loadSigningKey(folder), { claims }, { expiresInSeconds });
      },
      credentials: async (identity) => {
        const secretAccessKey = await loadSecretAccessKey(settings.folder);
        return { accessKeyId: accessKeyIdOf(identitiesOf(gateway, secretAccessKey), identity), secretAccessKey };
      },
      close: async () => {
        await gateway.close();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
};

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** The options as environment variables, which the settings of the server are read from. */
function environmentOf(options: LocalGatewayOptions, folder: string): Record<string, string> {
  return {
    PORT: String(options.port ?? 0),
    EKS_SIMULATOR_PORT: String(options.eksSimulatorPort ?? 0),
    POLICIES_DIRECTORY: options.policiesDirectory ?? packagedPolicies,
    LOCAL_FOLDER: folder,
    ...(options.folder === undefined ? { LEDGER_FILE: ':memory:' } : {}),
    ...options.settings,
  };
}

function accessKeyIdOf(identities: readonly { readonly accessKeyId: string }[], name: string): string {
  const ids = identities.map(({ accessKeyId }) => accessKeyId);
  if (!ids.includes(name)) throw new Error(`${name} has no AWS credentials here. Those who do: ${ids.join(', ')}.`);
  return name;
}

function claimsOf(name: string, known: readonly ExamplePrincipal[]): TokenClaims {
  const found = known.find((one) => one.name === name);
  const names = known.map((one) => one.name).join(', ');
  if (!found)
    throw new Error(`${name} is not a principal of this gateway. They are: ${names}. Or give the claims of a token.`);
  return found.claims;
}

/** A gateway for the tests of a file or a `describe` of Jest, Vitest, or a runner with the same hooks. */
export const useLocalGateway = makeUseLocalGateway(startLocalGateway);
