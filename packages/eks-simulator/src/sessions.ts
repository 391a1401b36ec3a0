import { randomBytes } from 'node:crypto';

/** What a session was requested with. */
export interface SessionRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly sourceIdentity: string | null;
  readonly durationSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Session policy, as sent. */
  readonly policy: string | null;
}

/** A session of a role, with its temporary credentials. */
export interface Session {
  readonly accountId: string;
  /** ARN of the session: `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string;
  readonly roleArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The sessions of assumed roles. They end with the simulator. */
export interface Sessions {
  readonly start: (request: SessionRequest) => Session;
  /**
   * The session of an access key, also an expired one of the last hour; null for one that was not
   * issued here.
   */
  readonly find: (accessKeyId: string) => Session | null;
}

/**
 * What the ids of all issued access keys begin with; those of AWS begin with ASIA too, and have 20
 * characters.
 */
const prefix = 'ASIA0SIM';

/** How long an expired session is remembered, in milliseconds. */
const rememberedMs = 3_600_000;

/** Whether an access key has the form of those that simulators issue. */
export function isIssuedKey(accessKeyId: string): boolean {
  return accessKeyId.startsWith(prefix);
}

/** Starts without sessions. `clock` returns milliseconds since the epoch. */
export function openSessions(clock: () => number): Sessions {
  const known = new Map<string, Session>();
  return {
    start: ({ roleArn, sessionName, durationSeconds }) => {
      const now = clock();
      for (const { accessKeyId, expiresAt } of known.values()) {
        if (expiresAt + rememberedMs < now) known.delete(accessKeyId);
      }
      const accountId = roleArn.split(':')[4] ?? '';
      const session = {
        accountId,
        roleArn,
        arn: `arn:aws:sts::${accountId}:assumed-role/${roleArn.split('/').at(-1)}/${sessionName}`,
        accessKeyId: prefix + randomBytes(6).toString('hex').toUpperCase(),
        secretAccessKey: randomBytes(30).toString('base64url'),
        token: randomBytes(48).toString('base64'),
        expiresAt: now + durationSeconds * 1000,
      };
      known.set(session.accessKeyId, session);
      return session;
    },
    find: (accessKeyId) => known.get(accessKeyId) ?? null,
  };
}
