import type { Context } from '../cli/command.ts';
import { readLastUsed, readsPerSecond } from './last-used.ts';
import type { RoleAccess, RoleLastUsed } from './last-used.ts';

/** The columns that say when the roles of an association were used last; null: not known, or without such a role. */
export interface LastUsedFields {
  readonly roleLastUsedAt: string | null;
  /** Why the role was not read. */
  readonly roleLastUsedError: string | null;
  readonly targetRoleLastUsedAt: string | null;
  readonly targetRoleLastUsedError: string | null;
}

/** Their names, in the order of CSV. */
export const lastUsedColumns = [
  'roleLastUsedAt',
  'roleLastUsedError',
  'targetRoleLastUsedAt',
  'targetRoleLastUsedError',
] as const satisfies readonly (keyof LastUsedFields)[];

/** Their headings in a table. */
export const lastUsedHeadings = ['role last used, by anyone', 'target role last used, by anyone'];

interface Roles {
  readonly region: string;
  readonly roleArn: string;
  readonly targetRoleArn: string | null;
}

/** The rows with when their roles were used last. Says before how long that takes. */
export async function withLastUsed<Row extends Roles>(
  rows: readonly Row[],
  { assumedRole }: Pick<RoleAccess, 'assumedRole'>,
  { env, warn }: Pick<Context<unknown>, 'env' | 'warn'>,
): Promise<readonly (Row & LastUsedFields)[]> {
  const arns = [...new Set(rows.flatMap((row) => [row.roleArn, row.targetRoleArn].filter((arn) => arn !== null)))];
  const seconds = Math.ceil(arns.length / readsPerSecond);
  warn(`Reads when ${arns.length} roles were used last, ${readsPerSecond} a second: about ${seconds} s.`);
  // STS and IAM answer the same in all regions of a partition.
  const region = env.AWS_REGION ?? rows[0]?.region ?? '';
  const known = arns.length === 0 ? new Map<string, RoleLastUsed>() : await readLastUsed(arns, { region, assumedRole });
  const failed = [...known.values()].filter(({ error }) => error !== null).length;
  if (failed > 0) warn(`${failed} of ${arns.length} roles could not be read; their rows have the reason.`);
  return rows.map((row) => {
    const role = known.get(row.roleArn);
    const target = row.targetRoleArn === null ? undefined : known.get(row.targetRoleArn);
    const fields: LastUsedFields = {
      roleLastUsedAt: role?.at ?? null,
      roleLastUsedError: role?.error ?? null,
      targetRoleLastUsedAt: target?.at ?? null,
      targetRoleLastUsedError: target?.error ?? null,
    };
    return { ...row, ...fields };
  });
}

/** The cells of a table: when each role was used last, or why that is not known. */
export function lastUsedCells({ targetRoleArn, ...used }: Roles & LastUsedFields): readonly string[] {
  const cell = (at: string | null, error: string | null) => error ?? at ?? 'not in 400 days';
  return [
    cell(used.roleLastUsedAt, used.roleLastUsedError),
    targetRoleArn === null ? '-' : cell(used.targetRoleLastUsedAt, used.targetRoleLastUsedError),
  ];
}
