import { spawn } from 'node:child_process';
import type { Environment } from '../aws/parameter-file.ts';

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens a web page: with the program of BROWSER, or else that of the system. Does not tell whether
 * it could.
 */
export function openBrowser(url: string, { BROWSER: browser }: Environment): void {
  const [command = 'xdg-open', ...args] = browser ? [browser] : (openers[process.platform] ?? ['xdg-open']);
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  // The URL was printed as well.
  child.on('error', () => undefined);
  child.unref();
}
