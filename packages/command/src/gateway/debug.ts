import type { Fetch } from '../../../client/src/client/transport.ts';

/** Headers whose values are secret. */
const secret = new Set(['authorization', 'x-amz-security-token']);

/** A `fetch` that writes requests and responses, without their secrets. */
export function debugging(fetch: Fetch, write: (text: string) => void): Fetch {
  const line = (text: string) => write(`${new Date().toISOString()} ${text}\n`);
  return async (url, request) => {
    line(`POST ${url}`);
    for (const [name, value] of Object.entries(request.headers)) {
      line(`> ${name}: ${secret.has(name.toLowerCase()) ? '***' : value}`);
    }
    line(`> ${request.body}`);
    const response = await fetch(url, request).catch((error: unknown) => {
      line(`< ${String(error)}`);
      throw error;
    });
    const body = await response.text();
    line(`< ${response.status} ${body}`);
    return { ...response, text: () => Promise.resolve(body) };
  };
}
