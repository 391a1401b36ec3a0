import type { Command } from '../../../tools/command.ts';
import type { Invocation } from './invocation.ts';
import { fetchThroughProxies } from './proxies.ts';
import { serve } from './serve.ts';
import { readLocalSettings } from './settings.ts';

const help = ({
  start,
  defaults,
}: Invocation) => `Serves the gateway on this machine until SIGTERM or SIGINT, with a simulated EKS. Listens on 127.0.0.1.

Usage: ${start}

  -h, --help  print this text

Environment variables:
  LISTEN_ADDRESS             0.0.0.0 listens on all addresses, in a container (default: 127.0.0.1)
  PORT                       port of the gateway; 0: any free port (default: 4000)
  EKS_SIMULATOR_PORT         port of the simulated EKS; 0: any free port (default: 4100)
  WORLD_FILE                 JSON file with clusters, namespaces, roles and principals (default: those of the examples)
  AWS_ENDPOINT_URL_EKS       URL of another EKS endpoint; the simulator is not started then
  LOCAL_FOLDER               folder of keys, ledger and simulator state (default: ${defaults.folder})
  POLICIES_DIRECTORY         folder of policies and inventory (default: ${defaults.policies})
  LEDGER                     sqlite or dynamodb (default: sqlite)
  LEDGER_FILE                file of the SQLite ledger, or :memory: (default: ledger.sqlite in LOCAL_FOLDER)
  AWS_ENDPOINT_URL_DYNAMODB  URL of another DynamoDB endpoint
  IDEMPOTENCY_TABLE          table of idempotency records (default: pod-identity-gateway-idempotency)
  AUDIT_TABLE                table of the audit trail (default: pod-identity-gateway-audit)
  HOME_ACCOUNT_ID            AWS account of requests that name none (default: 111122223333)
  AWS_REGION                 region of the tables, and of requests that name none (default: eu-central-1)
  ALLOWED_HOSTS              names by which containers reach the gateway and the simulator, besides loopback names (default: none)
  CORS_ORIGINS               origins of the web pages that may call the gateway (default: none)
  JWT_ISSUER                 issuer whose tokens are accepted besides those of this machine: an OpenID provider (default: none)
  JWT_AUDIENCE               audience of its tokens (default: pod-identity-gateway)
  PAGE_CLIENT_ID             ID of the page at the issuer, where people sign in then (default: none, example principals)
  PAGE_SCOPE                 scope that the page requests (default: openid, and offline_access where the issuer lists it)
  PAGE_AUDIENCE              audience that the page requests (default: none)
  PAGE_RESOURCE              resource (RFC 8707) that the page requests (default: none)
  COMMAND_CLIENT_ID          ID of pod-identity at the issuer, which the gateway publishes for the resource PAGE_RESOURCE (default: none)
  PAGE_CONNECT_ORIGINS       origins of the issuer's endpoints, where they are not that of the issuer (default: none)
  SCAN_INTERVAL_MS           milliseconds between two scans of a cluster (default: 10000; without the simulator 300000)
  RECONCILE_INTERVAL_MS      milliseconds between two runs of the reconciler (default: 10000)
  EXPIRE_INTERVAL_MS         milliseconds between two runs that end associations and approvals (default: 10000)
  WEBHOOK_URL                URL that receives events: https, or http on this machine (default: none)
  WEBHOOK_SECRET             secret that signs them, whsec_ and 24 to 64 bytes in base64; two during a rotation
  DENIAL_EVENTS_PERCENT      share of the denials that become events (default: 100)

HTTPS_PROXY, HTTP_PROXY and NO_PROXY are used for AWS and for the issuer, never for this machine.
docs/reference.md of the repository has more settings, which apply as well: rules of tokens, times and limits.
`;

/** Serves the gateway on this machine until a signal. Settings are environment variables. */
export function startCommand(invocation: Invocation): Command<Record<string, never>> {
  return {
    help: help(invocation),
    options: {},
    run: async () => {
      try {
        const settings = readLocalSettings();
        fetchThroughProxies(settings.proxies);
        await serve(settings, invocation);
        return 0;
      } catch (error) {
        throw new Error(`The gateway can't start: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      }
    },
  };
}
