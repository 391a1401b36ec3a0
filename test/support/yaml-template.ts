import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Tags } from 'yaml';
import type { Template } from './lambda-package.ts';

const functions = ['Ref', 'Sub', 'GetAtt', 'If', 'Equals', 'Not'];

/** The short forms of CloudFormation's functions: `!Ref x` is `{ Ref: x }`, `!GetAtt a.b` has its parts in a list. */
const customTags: Tags = functions.flatMap((name) => [
  {
    tag: `!${name}`,
    resolve: (text: string) =>
      name === 'Ref' ? { Ref: text } : { [`Fn::${name}`]: name === 'GetAtt' ? text.split('.') : text },
  },
]);

/** Reads a CloudFormation template in YAML that deploys without the framework. */
export function readYamlTemplate(file: string): Template {
  return parse(readFileSync(file, 'utf8'), { customTags }) as Template;
}
