import type { Session } from '../config.ts';
import { makeTokenSource } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** Signs in as an example principal of a local gateway. Rejects with what the gateway says. */
export async function signInLocally(principal: string, onEnded: () => void): Promise<Session> {
  const source = makeTokenSource(await requestToken(principal), { renew: () => requestToken(principal), onEnded });
  return { token: source.token, signOut: () => Promise.resolve() };
}

async function requestToken(principal: string): Promise<Tokens> {
  const response = await fetch('/page/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ principal }),
  });
  const answer = (await response.json()) as { token?: string; expiresInSeconds?: number; message?: string };
  if (answer.token === undefined) throw new Error(answer.message ?? `There is no token for ${principal}.`);
  return { access: answer.token, refresh: null, lifetimeSeconds: answer.expiresInSeconds ?? null };
}
