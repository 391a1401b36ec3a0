/** The parts of an IAM role's ARN. */
export interface RoleParts {
  /** 12 digits. */
  readonly account: string;
  /** Begins and ends in a slash; `/` when the role has none. */
  readonly path: string;
  readonly name: string;
}

const roleArnPattern = /^arn:aws[a-z-]*:iam::(\d{12}):role(\/(?:[^/]*\/)*)([^/]+)$/;

/** What a role's ARN must look like, in words. */
export const roleArnWanted =
  'the ARN of an IAM role, such as "arn:aws:iam::111122223333:role/pods/payments/payments-api"';

/** Takes a role's ARN apart (IAM User Guide, "IAM identifiers"). Null when it is not the ARN of a role. */
export function parseRoleArn(arn: string): RoleParts | null {
  const [, account, path, name] = roleArnPattern.exec(arn) ?? [];
  return account === undefined || path === undefined || name === undefined ? null : { account, path, name };
}
