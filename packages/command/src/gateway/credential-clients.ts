import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Environment } from '../aws/parameter-file.ts';
import { proxyEnvironment, proxyOf, withoutUserInfo } from './proxy.ts';

/**
 * Settings of the SDK clients that get credentials from AWS STS and IAM Identity Center, which know
 * no proxies of themselves.
 *
 * @param region of AWS STS; null: that of the SDK. A profile names that of IAM Identity Center.
 */
export function credentialClient(region: string | null, environment: Environment) {
  const proxyEnv = proxyEnvironment(environment);
  const requestHandler = { httpAgent: new Agent({ proxyEnv }), httpsAgent: new TlsAgent({ proxyEnv }) };
  return { requestHandler, ...(region !== null && { region }) };
}

/** The message of an error of the SDK, with the proxy of its requests, and without its password. */
export function sdkMessage(error: unknown, environment: Environment): string {
  const message = withoutUserInfo(error instanceof Error ? error.message : String(error));
  const proxy = proxyOf('https://sts.amazonaws.com', environment);
  const isOfNetwork = /\b(ECONN\w+|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|socket hang up)\b/.test(message);
  return proxy !== null && isOfNetwork && !message.includes(proxy)
    ? `${message} (through the proxy ${proxy})`
    : message;
}
