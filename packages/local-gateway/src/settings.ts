import { join, resolve } from 'node:path';
import { readSettings } from '../../../src/app/environment.ts';
import type { Environment, SettingsReader } from '../../../src/app/environment.ts';
import { readDenialShare, readWebhook } from '../../../src/app/event-settings.ts';
import type { WebhookTarget } from '../../../src/app/event-settings.ts';
import { readExpireSettings } from '../../../src/app/expire-settings.ts';
import { readIssuerSignIn } from '../../../src/app/page-settings.ts';
import type { IssuerSignIn } from '../../../src/app/page-settings.ts';
import { readScanSettings } from '../../../src/app/scan-settings.ts';
import { readGatewaySettings, readLivePolicySettings } from '../../../src/app/settings.ts';
import type { GatewaySettings, LivePolicySettings } from '../../../src/app/settings.ts';
import { readProxies } from './proxies.ts';
import type { Proxies } from './proxies.ts';
import { defaultScanSettings } from '../../../src/observations/scan.ts';
import type { ScanSettings } from '../../../src/observations/scan.ts';
import type { ExpireSettings } from '../../../src/operations/expiry/one-run.ts';
import { exampleAccountId, exampleRegion, localFolder, readLedgerSettings } from '../../../tools/ledger/settings.ts';
import type { LedgerSettings } from '../../../tools/ledger/settings.ts';
import type { ExternalIssuer } from './issuers.ts';
import { shellQuoted } from './invocation.ts';
import { audience } from './principals.ts';
import { readWorldText } from './world/world-file.ts';
import type { WorldText } from './world/world-file.ts';

/** What the local server reads from its environment. */
export interface LocalSettings extends LedgerSettings, GatewaySettings {
  readonly home: { readonly accountId: string; readonly region: string };
  /** Address on which gateway and simulator listen. */
  readonly host: '127.0.0.1' | '0.0.0.0';
  /** 0: any free port. */
  readonly port: number;
  /** 0: any free port. */
  readonly eksSimulatorPort: number;
  /** Endpoint of EKS; null: the simulator is started. */
  readonly eksEndpoint: string | null;
  /**
   * Clusters, owners, roles and principals; null: the inventory of the policies, and the roles and
   * principals of the examples.
   */
  readonly world: WorldText | null;
  /** Holds keys, ledger and the simulator's associations; ignored by git. */
  readonly folder: string;
  readonly policiesDirectory: string;
  /** Through which AWS is reached; null: directly. */
  readonly proxies: Proxies | null;
  /** Null: those of the folder. */
  readonly livePolicies: LivePolicySettings | null;
  /** Origins of the pages that may call the gateway; in AWS, API Gateway has this setting. */
  readonly corsOrigins: readonly string[];
  /**
   * Names by which the gateway and the simulator are reached, besides loopback names; without
   * ports.
   */
  readonly allowedHosts: readonly string[];
  /** How often, and how fast, clusters are scanned. */
  readonly scan: ScanSettings;
  /** Milliseconds between two runs that end associations, and record the end of approvals. */
  readonly expireIntervalMs: number;
  readonly expire: ExpireSettings;
  /** Milliseconds between two runs of the reconciler. */
  readonly reconcileIntervalMs: number;
  /** Where events are sent; null: nowhere. */
  readonly webhook: WebhookTarget | null;
  /** Share of the denials that become events, from 0 to 1. */
  readonly denialShare: number;
  /** Whose tokens are accepted besides those of this machine; null: no others. */
  readonly issuer: ExternalIssuer | null;
  /** How people sign in to the page at the issuer; null: as one of the example principals. */
  readonly pageSignIn: IssuerSignIn | null;
}

const root = resolve(import.meta.dirname, '../../..');

/** The highest TCP port. */
const maxPort = 65_535;

/** The longest delay of Node.js's timers, in milliseconds; a longer one would fire at once. */
const maxTimerMs = 2_147_483_647;

/**
 * How clusters of the simulator are scanned: it has no quota, and people wait for what they have
 * just created or deleted. To read 10,000 associations takes minutes on a small machine, so they
 * are not read again in each of these.
 */
const simulatorScan: ScanSettings = {
  ...defaultScanSettings,
  intervalMs: 10_000,
  maxAgeMs: 3_600_000,
  readsPerSecond: 100,
};

/**
 * Reads the settings; each has a default. Throws an Error that describes every wrong value and how
 * to fix it.
 *
 * @param givenWorld the JSON of a world, in place of WORLD_FILE
 */
export function readLocalSettings(env: Environment = process.env, givenWorld?: string): LocalSettings {
  return readSettings(env, (reader) => {
    const ledger = readLedgerSettings(reader);
    const home = { accountId: reader.accountId('HOME_ACCOUNT_ID', exampleAccountId), region: ledger.region };
    const eksEndpoint = reader.url('AWS_ENDPOINT_URL_EKS', 'https://eks.eu-central-1.amazonaws.com');
    const world = givenWorld === undefined ? readWorldText(reader) : { name: 'world', text: givenWorld };
    return {
      ...ledger,
      home,
      world,
      host: reader.oneOf('LISTEN_ADDRESS', ['127.0.0.1', '0.0.0.0'], '127.0.0.1 or, in a container, 0.0.0.0'),
      port: reader.number('PORT', 4000, { most: maxPort }),
      eksSimulatorPort: reader.number('EKS_SIMULATOR_PORT', 4100, { most: maxPort }),
      eksEndpoint,
      proxies: readProxies(env),
      folder: localFolder(reader),
      policiesDirectory: reader.text('POLICIES_DIRECTORY', join(root, 'policies')),
      livePolicies: localLivePolicies(reader, ledger, world),
      ...readGatewaySettings(reader),
      corsOrigins: reader.origins('CORS_ORIGINS'),
      allowedHosts: reader.hostNames('ALLOWED_HOSTS'),
      scan: readScanSettings(reader, eksEndpoint === null ? simulatorScan : defaultScanSettings),
      expireIntervalMs: reader.number('EXPIRE_INTERVAL_MS', 10_000, { least: 1, most: maxTimerMs }),
      expire: readExpireSettings(reader),
      reconcileIntervalMs: reader.number('RECONCILE_INTERVAL_MS', 10_000, { least: 1, most: maxTimerMs }),
      webhook: localWebhook(reader, ledger),
      denialShare: readDenialShare(reader),
      ...readIssuer(reader),
    };
  });
}

/**
 * The folder that holds keys, ledger and simulator state: `.local` beside package.json unless
 * LOCAL_FOLDER is set.
 */
export function readLocalFolder(): string {
  return readSettings(process.env, localFolder);
}

/**
 * The set variables that say whose key and whose names a token has, as another terminal needs them:
 * `LOCAL_FOLDER='/tmp/a' `.
 */
export function tokenVariables(): string {
  const { LOCAL_FOLDER = '', WORLD_FILE = '' } = process.env;
  return Object.entries({ LOCAL_FOLDER, WORLD_FILE })
    .map(([name, value]) => (value === '' ? '' : `${name}=${shellQuoted(resolve(value))} `))
    .join('');
}

/**
 * Only the SQLite ledger keeps the order of its entries; tables have a stream, which the functions
 * in AWS read.
 */
function localWebhook(reader: SettingsReader, { ledger }: LedgerSettings): WebhookTarget | null {
  const webhook = readWebhook(reader);
  if (webhook !== null && ledger === 'dynamodb') {
    reader.problem('WEBHOOK_URL is set and LEDGER is dynamodb: npm start sends events of a SQLite ledger only.');
  }
  return webhook;
}

function readIssuer(reader: SettingsReader): Pick<LocalSettings, 'issuer' | 'pageSignIn'> {
  const issuer = reader.url('JWT_ISSUER', 'https://login.example');
  const clientId = reader.text('PAGE_CLIENT_ID', '');
  if (issuer === null && clientId !== '') {
    reader.problem('PAGE_CLIENT_ID is set without JWT_ISSUER: set it to the issuer of that client.');
  }
  const external = { issuer: issuer ?? '', audience: reader.text('JWT_AUDIENCE', audience) };
  const signIn = readIssuerSignIn(reader, external.issuer, clientId);
  return { issuer: issuer === null ? null : external, pageSignIn: clientId === '' ? null : signIn };
}

/** The policy versions are in DynamoDB only. */
function localLivePolicies(
  reader: SettingsReader,
  { ledger, policyTable }: LedgerSettings,
  world: WorldText | null,
): LivePolicySettings | null {
  const settings = readLivePolicySettings(reader, policyTable);
  if (settings !== null && ledger === 'sqlite') reader.problem('POLICY_SOURCE is table: set LEDGER to dynamodb too.');
  if (settings !== null && world !== null) {
    reader.problem('POLICY_SOURCE is table, so the inventory is in the table too: unset WORLD_FILE.');
  }
  return settings;
}

/** Account and region where neither environment nor world names them. */
export const exampleHome = { accountId: exampleAccountId, region: exampleRegion };

/** Reads WORLD_FILE; null where it is not set. Throws as {@link readLocalSettings} does. */
export function readWorldFile(): WorldText | null {
  return readSettings(process.env, readWorldText);
}
