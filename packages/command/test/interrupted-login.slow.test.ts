// No quick test: it is about processes that are interrupted and killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readConnection } from '../src/aws/settings.ts';
import { loginToken } from '../src/login/login-token.ts';
import { InterruptedError } from '../src/aws/errors.ts';
import {
  end,
  endpoint,
  ends,
  expiredLogin,
  moments,
  openInterruptedCommands,
  renews,
  route,
  stored,
} from './interrupted-commands.ts';
import { consumer, file, processSettings, provider, settings, whoami } from './login-gateway.ts';

openInterruptedCommands();

test('what is left of a login that is interrupted or killed is what the documentation says', async () => {
  const rows: string[] = [];
  for (const moment of moments) {
    const cells: string[] = [];
    for (const how of ends) {
      // One interrupt ends the others.
      const isSame = how === 'twice' && moment.name !== renews;
      const cell = isSame ? 'the same' : await end(moment, how);
      if (cell === 'sign in again') rmSync(file);
      cells.push(cell);
    }
    rows.push(`| ${[moment.name, ...cells].join(' | ')} |`);
  }
  const page = readFileSync(join(import.meta.dirname, '../../../docs/authentication.md'), 'utf8');
  const documented = page
    .split('\n')
    .filter((line) => /^\| (`login` (waits|asks)|a command (waits|reads)|the issuer renews|the renewed)/.test(line));
  expect(rows).toEqual(documented.map((line) => line.replace(/ +\|/g, ' |')));
});

test.each(['SIGTERM', 'SIGHUP'] as const)(
  '%s is as Ctrl+C: the login that is being renewed is stored first',
  async (signal) => {
    const moment = moments.find(({ name }) => name === renews);
    if (moment) expect(await end(moment, signal)).toBe('the new login');
    expect.assertions(2);
  },
);

/** A device of Linux that is always full. */
const full = process.platform === 'linux' ? test : test.skip;
full.each([
  [null, 255],
  ['SIGINT', 130],
] as const)(
  'output that cannot be written does not lose the login that is being renewed (signal %s)',
  async (signal, code) => {
    await expiredLogin();
    const before = stored();
    await provider.hold('/token', 'after');
    const device = openSync('/dev/full', 'w');
    const stdio = ['ignore' as const, device, device];
    const child = spawn(consumer.bin, [...whoami, '--debug'], { env: processSettings(endpoint()), stdio });
    closeSync(device);
    await provider.held();
    if (signal !== null) child.kill(signal);
    const closed = once(child, 'close');
    await provider.release();
    expect(await closed).toEqual([code, null]);
    expect(stored()?.refreshToken).not.toBe(before?.refreshToken);
  },
);

/** Renews the login in this process, with a limit after interrupts of 100 ms. */
function renew(signal: AbortSignal, onError: (text: string) => void = () => undefined) {
  const environment = settings(endpoint());
  const others = { version: 'a program', signal, secondSignal: new AbortController().signal, renewalPatienceMs: 100 };
  const token = loginToken(route.url, readConnection({}, null, environment), {
    ...{ environment, writeError: onError, ...others },
  });
  return Promise.resolve(token?.());
}

test.each(['before the renewal', 'during the renewal'])(
  'an interrupt %s limits the time of an issuer that does not answer, and says what is lost',
  async (when) => {
    await expiredLogin();
    await provider.hold('/token', 'after');
    const interrupt = new AbortController();
    const said: string[] = [];
    if (when === 'before the renewal') interrupt.abort(new InterruptedError('Interrupted.'));
    const renewed = renew(interrupt.signal, (text) => said.push(text));
    const refused = expect(renewed).rejects.toThrow(
      /^The issuer did not answer the renewal within 0\.1 s: the login to \S+ is lost, unless .*: pod-identity login$/,
    );
    await provider.held();
    interrupt.abort(new InterruptedError('Interrupted.'));
    await refused;
    await provider.release();
    expect(said.join('')).toMatch(/^The login is being renewed: .* at most 0\.1 s\. [^]*is lost, unless/);
  },
);
