import * as http from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { Environment } from '../../../src/app/environment.ts';

/** The variables of proxies, as agents of Node.js read them. */
export type Proxies = Readonly<Record<string, string>>;

/** How AWS is reached through a proxy: the SDK knows none of itself. */
interface ProxiedAws {
  readonly agents: { readonly httpAgent: http.Agent; readonly httpsAgent: TlsAgent };
  /** As the SDK finds them, with the requests to AWS STS and IAM Identity Center through the proxy. */
  readonly credentials: AwsCredentialIdentityProvider;
}

/** Names of this machine, which no proxy serves. */
const loopback = 'localhost,127.0.0.1,::1';

/**
 * How EKS, IAM and STS of AWS are reached through the proxies of the environment; null where it has
 * none.
 */
export function proxiedAws(proxyEnv: Proxies | null): ProxiedAws | null {
  if (proxyEnv === null) return null;
  const agents = {
    httpAgent: new http.Agent({ keepAlive: true, proxyEnv }),
    httpsAgent: new TlsAgent({ keepAlive: true, proxyEnv }),
  };
  let provider: AwsCredentialIdentityProvider | undefined;
  const credentials: AwsCredentialIdentityProvider = async () => {
    const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
    const clientConfig = { requestHandler: agents };
    // oxlint-disable-next-line typescript/no-deprecated -- deprecated to make it stand out
    provider ??= fromNodeProviderChain({ clientConfig, parentClientConfig: clientConfig });
    return provider();
  };
  return { agents, credentials };
}

/**
 * Makes `fetch` of this process, which reads the keys of an issuer and sends events, use the
 * proxies of the environment. Node.js before 24.14 does so with NODE_USE_ENV_PROXY only.
 */
export function fetchThroughProxies(proxyEnv: Proxies | null): void {
  if (proxyEnv === null) return;
  const { setGlobalProxyFromEnv } = http as { readonly setGlobalProxyFromEnv?: (proxyEnv: object) => unknown };
  setGlobalProxyFromEnv?.(proxyEnv);
}

/** The proxies of the environment; null without any. */
export function readProxies(environment: Environment): Proxies | null {
  const proxyEnv = Object.fromEntries(
    ['http', 'https'].flatMap((scheme) => {
      const [lower, upper] = [environment[`${scheme}_proxy`], environment[`${scheme.toUpperCase()}_PROXY`]];
      const text = lower === undefined || lower === '' ? (upper ?? '') : lower;
      if (text === '') return [];
      return [[`${scheme}_proxy`, text.includes('://') ? text : `http://${text}`] as const];
    }),
  );
  if (Object.keys(proxyEnv).length === 0) return null;
  const others = [environment.no_proxy, environment.NO_PROXY].find((one) => one !== undefined && one !== '');
  return { ...proxyEnv, no_proxy: [others, loopback].filter((one) => one !== undefined).join(',') };
}
