import { parseRoleArn } from '../../validation/role-arns.ts';

/** Stands for the name of the namespace in the paths of roles by convention. */
const placeholder = '{namespace}';

/** The path of the roles of a namespace. */
export function rolePathOf(template: string, namespace: string): string {
  return template.replace(placeholder, () => namespace);
}

/** Whether a value is the path of a role in which exactly one whole segment is `{namespace}`. */
export function isRolePath(value: string): boolean {
  const arn = `arn:aws:iam::111122223333:role${rolePathOf(value, 'x')}x`;
  return value.endsWith('/') && value.split('/').filter((part) => part === placeholder).length === 1 && isArn(arn);
}

function isArn(value: string): boolean {
  return parseRoleArn(value) !== null;
}

/**
 * Whether two different namespaces can have the same path, one by each template: they name the
 * namespace in different places.
 */
export function canCollide(one: string, other: string): boolean {
  const [parts, others] = [one.split('/'), other.split('/')];
  const [place, otherPlace] = [parts.indexOf(placeholder), others.indexOf(placeholder)];
  if (parts.length !== others.length || place === otherPlace) return false;
  return parts.every((part, index) => index === place || index === otherPlace || part === others[index]);
}
