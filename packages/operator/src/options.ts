import { join, resolve } from 'node:path';
import { reasonFindings } from '../../../src/validation/free-texts.ts';
import { parseRoleArn } from '../../../src/validation/role-arns.ts';
import { parseTimestamp } from '../../../src/validation/timestamps.ts';

/** The policies of this repository. */
export const shippedPolicies = join(import.meta.dirname, '../../../policies');

/** An option without a value. */
export function flag(help: string) {
  return { type: 'boolean', help } as const;
}

/** An option with any text. */
export function text(placeholder: string, help: string) {
  return { type: 'string', placeholder, help } as const;
}

/** Reads an RFC 3339 timestamp as milliseconds since the epoch. */
function readTime(value: string, wrong: (advice: string) => void): number {
  const time = parseTimestamp(value);
  if (time === null) wrong('give an RFC 3339 timestamp, such as 2026-11-24T10:00:00Z');
  return time ?? NaN;
}

/** An option with a time, in milliseconds since the epoch. */
export function timeOption(help: string) {
  return { ...text('TIME', help), read: readTime };
}

/** An option with a whole number. */
export function numberOption(help: string, least: number, most: number) {
  const read = (value: string, wrong: (advice: string) => void) => {
    const number = Number(value);
    const isValid = /^(?:0|[1-9]\d{0,8})$/.test(value) && number >= least && number <= most;
    if (!isValid) wrong(`give a whole number from ${least} to ${most}`);
    return number;
  };
  return { ...text('NUMBER', help), read };
}

/** An option with a folder or file: its path. */
export function pathOption(placeholder: 'FILE' | 'FOLDER', help: string) {
  return { ...text(placeholder, help), read: (path: string) => resolve(path) };
}

/** An option with the name of a role to assume in other accounts, which can have a path. */
export function roleToAssume(help: string) {
  const read = (name: string, wrong: (advice: string) => void) => {
    // The name with its path is valid if the ARN is.
    const arn = `arn:aws:iam::111122223333:role/${name}`;
    if (parseRoleArn(arn) === null) wrong('give the name of an IAM role, with its path, such as audit/reader');
    return name;
  };
  return { ...text('NAME', help), read };
}

/** An option with the reason of a change. */
export function reasonOption(help: string) {
  const read = (value: string, wrong: (advice: string) => void) => {
    for (const { advice } of reasonFindings(value)) wrong(`${advice.charAt(0).toLowerCase()}${advice.slice(1, -1)}`);
    return value;
  };
  return { ...text('TEXT', help), read };
}
