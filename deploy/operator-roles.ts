import { isObject } from './fold-conditions.ts';
import type { Json } from './fold-conditions.ts';

/**
 * A part of a template in which each list of `aws:PrincipalArn` is flat: lists in it, and texts
 * with ARNs that commas separate, are replaced by their parts. YAML can't join lists, and a policy
 * can't contain the result of `Fn::Split` beside other ARNs.
 */
export function withFlatPrincipals(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(withFlatPrincipals);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === 'aws:PrincipalArn' ? flat(each) : withFlatPrincipals(each),
    ]),
  );
}

function flat(principals: Json): Json {
  if (Array.isArray(principals)) return (principals as readonly Json[]).flatMap(flat);
  return typeof principals === 'string' ? principals.split(',').filter((arn) => arn !== '') : principals;
}
