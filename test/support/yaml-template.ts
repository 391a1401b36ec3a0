import { readFileSync } from 'node:fs';
import { parse, YAMLMap } from 'yaml';
import type { Tags, YAMLSeq } from 'yaml';
import type { Template } from './lambda-package.ts';

const functions = ['Ref', 'Sub', 'GetAtt', 'If', 'Equals', 'Not'];

/** The short forms of CloudFormation's functions: `!Ref x` is `{ Ref: x }`, `!GetAtt a.b` has its parts in a list. */
const customTags: Tags = functions.flatMap((name) => {
  const key = name === 'Ref' ? name : `Fn::${name}`;
  return [
    { tag: `!${name}`, resolve: (text: string) => ({ [key]: name === 'GetAtt' ? text.split('.') : text }) },
    { tag: `!${name}`, collection: 'seq', resolve: (list: YAMLSeq) => pairOf(key, list) },
  ];
});

/** A node of a document for `{ key: list }`. */
function pairOf(key: string, list: YAMLSeq): YAMLMap {
  const map = new YAMLMap();
  map.set(key, list);
  return map;
}

/** Reads a CloudFormation template in YAML that deploys without the framework. */
export function readYamlTemplate(file: string): Template {
  // The alarms share their actions by more aliases than the parser allows in files that it can't trust.
  return parse(readFileSync(file, 'utf8'), { customTags, maxAliasCount: -1 }) as Template;
}
