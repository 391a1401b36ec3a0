/** Someone in Slack. */
export interface Person {
  /** Id of the workspace, or of the organization of several. */
  readonly team: string;
  readonly user: string;
}

/** The parts of Slack's payloads that name who acted. */
interface Payload {
  readonly user: { readonly id: string; readonly team_id?: string };
  readonly team?: { readonly id: string } | null;
  readonly enterprise?: { readonly id: string };
}

/** Who acted, by a payload whose signature Bolt has verified. */
export function personOf({ user, team, enterprise }: Payload): Person {
  return { team: team?.id ?? enterprise?.id ?? user.team_id ?? '', user: user.id };
}

/** The key of a person in the store. */
export const keyOf = ({ team, user }: Person): string => `${team}:${user}`;

const running = new Map<string, Promise<unknown>>();

/**
 * Runs the works of one key one after the other: events, repetitions and presses of one request
 * don't interleave.
 */
export async function inTurn<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
  const turn = (running.get(key) ?? Promise.resolve()).then(work, work);
  running.set(key, turn);
  try {
    return await turn;
  } finally {
    if (running.get(key) === turn) running.delete(key);
  }
}
