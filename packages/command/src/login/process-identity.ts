import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, so that another one can tell whether it is still there. */
export interface ProcessIdentity {
  readonly host: string;
  /** The boot of the host and the namespace of its process IDs; null where the system tells none. */
  readonly boot: string | null;
  readonly pid: number;
  /** When the process began, in a unit of the system; null where the system does not tell. */
  readonly startedAt: string | null;
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  const { pid } = process;
  return { host: hostname(), boot: bootOf(), pid, startedAt: startOf(pid) };
}

/**
 * Whether a process is provably gone: it ran since the same boot of this host, and its ID is free
 * or is that of another process. A process of another host or boot proves nothing: clones of a
 * machine share its name, and may share its files.
 */
export function isGone({ host, boot, pid, startedAt }: ProcessIdentity): boolean {
  if (host !== hostname() || boot === null || boot !== bootOf()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const start = startOf(pid);
  return startedAt !== null && start !== null && start !== startedAt;
}

let boot: string | null | undefined;

function bootOf(): string | null {
  return (boot ??= attempt(() =>
    process.platform === 'darwin'
      ? execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim()
      : // A container has process IDs of its own.
        `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`,
  ));
}

/** The 22nd field of the status; the second one is a name, which may have spaces and parentheses. */
function startOf(pid: number): string | null {
  return attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null);
}

function attempt<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
