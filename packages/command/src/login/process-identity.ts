import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, so that another one can tell whether it is still there. */
export interface ProcessIdentity {
  /** The name of the host, which can change with its network. */
  readonly host: string;
  /** The ID of the machine; null where the system has none, as in many containers. */
  readonly machine: string | null;
  /** The boot of the machine and the namespace of its process IDs; null where the system tells none. */
  readonly boot: string | null;
  readonly pid: number;
  /** When the process began, in a unit of the system; null where the system does not tell. */
  readonly startedAt: string | null;
}

let identity: ProcessIdentity | undefined;

/** This process. */
export function thisProcess(): ProcessIdentity {
  const { pid } = process;
  return (identity ??= { host: hostname(), machine: machineOf(), boot: bootOf(), pid, startedAt: startOf(pid) });
}

/** Longer than a process changes logins: three requests to an issuer, of 15 seconds each. */
const longestMs = 60_000;

/**
 * Whether a process is gone. It is if it ran since the same boot of this machine, and its ID is
 * free or is that of another process. One of an earlier boot is gone too, but clones can share the
 * ID of a machine and its files: another boot may be that of a clone, or another container, that
 * runs now. Hence such a process is gone only once it had more time than its work can take.
 *
 * @param ageMs since the process wrote that it is there. A negative one is of a clock that was set
 *   back, and counts as well.
 */
export function isGone({ host, machine, boot, pid, startedAt }: ProcessIdentity, ageMs: number): boolean {
  const mine = thisProcess();
  const isHere = (machine ?? host) === (mine.machine ?? mine.host);
  if (!isHere || boot === null || mine.boot === null) return false;
  if (boot !== mine.boot) return Math.abs(ageMs) > longestMs;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const start = startOf(pid);
  return startedAt !== null && start !== null && start !== startedAt;
}

function machineOf(): string | null {
  return attempt(() => {
    if (!isMac) return /^[\da-f]{32}$/m.exec(readFileSync('/etc/machine-id', 'utf8'))?.[0] ?? null;
    const device = run('/usr/sbin/ioreg', '-rd1', '-c', 'IOPlatformExpertDevice');
    return /"IOPlatformUUID" = "([^"]+)"/.exec(device ?? '')?.[1] ?? null;
  });
}

function bootOf(): string | null {
  return attempt(() =>
    isMac
      ? run('/usr/sbin/sysctl', '-n', 'kern.bootsessionuuid')
      : // A container has process IDs of its own.
        `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`,
  );
}

function startOf(pid: number): string | null {
  return attempt(() =>
    isMac
      ? run('/bin/ps', '-o', 'lstart=', '-p', String(pid))
      : // The 22nd field of the status; the second one is a name, which may have spaces and
        // parentheses.
        (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null),
  );
}

const isMac = process.platform === 'darwin';

/** What a program of the system prints, which is the same in any language and time zone. */
function run(program: string, ...args: readonly string[]): string | null {
  const env = { LC_ALL: 'C', TZ: 'UTC' };
  return execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null;
}

function attempt<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch {
    return null;
  }
}
