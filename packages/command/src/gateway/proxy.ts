import type { AgentOptions } from 'node:http';
import { GeneralError } from '../aws/errors.ts';
import type { Environment } from '../aws/parameter-file.ts';

/** What agents of Node.js take proxies from. */
type ProxyEnvironment = NonNullable<AgentOptions['proxyEnv']>;

/**
 * The proxies of the environment for agents of Node.js, which would ignore a proxy without
 * `http://`, and take `NO_PROXY=example.com` for that host alone. The AWS CLI knows both.
 *
 * @throws {@link GeneralError} for a proxy of another kind, which Node.js would ignore too
 */
export function proxyEnvironment(environment: Environment): ProxyEnvironment {
  const proxies = ['http', 'https'].flatMap((scheme) => {
    const url = proxyUrl(environment, scheme);
    return url === null ? [] : [[`${scheme}_proxy`, url.href] as const];
  });
  const entries = bypassed(environment).flatMap((entry) => (entry === '*' ? ['*'] : [entry, `.${entry}`]));
  return { ...Object.fromEntries(proxies), no_proxy: entries.join(',') };
}

/** The proxy of requests to a URL, without its user and password; null if there is none. */
export function proxyOf(url: string, environment: Environment): string | null {
  const { protocol, hostname, port } = new URL(url);
  const proxy = proxyUrl(environment, protocol.slice(0, -1));
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const hostAndPort = `${host}:${port === '' ? defaultPorts[protocol] : port}`;
  const isBypassed = bypassed(environment).some(
    (entry) => ['*', host, hostAndPort].includes(entry) || host.endsWith(`.${entry}`),
  );
  return proxy === null || isBypassed ? null : proxy.origin;
}

/** A text without the user and the password of each URL in it. */
export function withoutUserInfo(text: string): string {
  return text.replaceAll(/\/\/[^\s/]*@/g, '//');
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function proxyUrl(environment: Environment, scheme: string): URL | null {
  const [lower, upper] = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`];
  const name = environment[lower] ? lower : upper;
  const text = environment[name]?.trim() ?? '';
  if (text === '') return null;
  const whole = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    // Without its value, which can have a password anywhere.
    throw new GeneralError(`${name} is not the URL of a proxy: http://HOST:PORT or https://HOST:PORT.`);
  }
  return url;
}

/** The entries of NO_PROXY, without leading dots and wildcards. */
function bypassed(environment: Environment): readonly string[] {
  const text = [environment.no_proxy, environment.NO_PROXY].find((one) => one) ?? '';
  const entries = text.split(',').map((entry) => entry.trim().toLowerCase());
  return entries
    .map((entry) => entry.replace(/^(\*?\.)+/, '').replace(/^\[(.*)\]$/, '$1'))
    .filter((entry) => entry !== '');
}
