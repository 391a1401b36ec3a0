import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { closeAtEnd } from '../../../../test/support/left-open.ts';

/** Starts an OpenID Connect provider in a process of its own, with the clients `pod-identity`, `opaque` and those of pages. */
export async function startIdentityProvider() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = closeAtEnd(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const issuer = /^Issuer (\S+)$/.exec(line)?.[1];
    if (issuer === undefined) continue;
    child.stdout.resume();
    /** Lets the next request for the tokens of a device code that is not confirmed yet fail with an error of RFC 8628. */
    const failNext = (error: 'slow_down' | 'expired_token') => fetch(`${issuer}/test/next-error?${error}`);
    const hook = (path: string) => fetch(`${issuer}/test/${path}`);
    /** Lets the next request to a path wait before or after it is processed, get lost, or get no answer. */
    const hold = (path: string, when: 'before' | 'after' | 'lost' | 'never') => hook(`hold?${path}=${when}`);
    /** Resolves when a request waits. */
    const held = () => hook('held');
    const release = () => hook('release');
    /** Sets the audience of all tokens; empty: that of their resource. */
    const setAudience = (audience: string) => hook(`audience?${encodeURIComponent(audience)}`);
    return { issuer, failNext, hold, held, release, setAudience, stop };
  }
  throw new Error('The identity provider did not start.');
}

/** What the person in front of the browser does. */
export type Choice = 'allow' | 'deny';

/** What a page leads to: where to, with the fields of a form, and whether the person looks at the page after it only. */
interface Step {
  readonly url: string;
  readonly form?: URLSearchParams;
  readonly isLast?: boolean;
}

/** Opens a URL as a browser of a person does: follows redirects, keeps cookies, fills in forms. Returns the last page. */
export async function browse(address: string, choice: Choice = 'allow', person = 'alice'): Promise<string> {
  const cookies = new Map<string, string>();
  let step: Step = { url: address };
  for (;;) {
    const { url, form, isLast = false } = step;
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: form }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      cookies.set(name, value);
    }
    const page = await response.text();
    const location = response.headers.get('location');
    const next = location === null ? answerForm(page, choice, person) : { url: location };
    if (next === null || isLast) return page;
    step = { ...next, url: new URL(next.url, url).href };
  }
}

/** What a person sends with the form of a page; null for a page without one. */
function answerForm(page: string, choice: Choice, person: string): Step | null {
  const url = /<form[^>]*\saction="([^"]*)"/.exec(page)?.[1];
  if (url === undefined) return null;
  const fields = [...page.matchAll(/<input\b[^>]*>/g)].map(([tag]) => {
    const [, name = ''] = /\sname="([^"]*)"/.exec(tag) ?? [];
    const [, value = person] = /\svalue="([^"]*)"/.exec(tag) ?? [];
    return [name, value] as const;
  });
  const form = new URLSearchParams(Object.fromEntries(fields));
  if (choice === 'allow') return { url, form };
  const cancel = /href="([^"]*\/abort)"/.exec(page)?.[1];
  if (cancel !== undefined) return { url: cancel };
  if (!page.includes('name="abort"')) return { url, form };
  form.delete('confirm');
  form.set('abort', 'yes');
  return { url, form, isLast: true };
}
