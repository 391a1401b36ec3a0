import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

type Values = Readonly<Record<string, string | number | boolean>>;

const chart = join(import.meta.dirname, 'chart');

/** The namespace of the plain manifests. */
const namespace = 'pod-identity-system';

/**
 * The chart as plain manifests, with its values or others. Its templates keep to what this function
 * knows of Helm's language: `.Values.name`, `.Release.Namespace`, and `if` over whole lines.
 *
 * @throws Error for anything else
 */
export function renderManifests(values: Values = {}): string {
  const given = { ...(parse(readFileSync(join(chart, 'values.yaml'), 'utf8')) as Values), ...values };
  const files = ['crds', 'templates'].flatMap((folder) =>
    readdirSync(join(chart, folder)).map((name) => readFileSync(join(chart, folder, name), 'utf8')),
  );
  return files.map((text) => render(text, given)).join('---\n');
}

function render(template: string, values: Values): string {
  const chosen = template.replace(
    /^\{\{- if \.Values\.(\w+) \}\}\n([^]*?)^\{\{- end \}\}\n/gm,
    (_, name: string, lines: string) => (valueOf(values, name) === true ? lines : ''),
  );
  const text = chosen
    .replaceAll('{{ .Release.Namespace }}', namespace)
    .replace(/\{\{ \.Values\.(\w+) \}\}/g, (_, name: string) => String(valueOf(values, name)));
  const rest = /\{\{.*/.exec(text);
  if (rest) throw new Error(`The template has what can't be rendered here: ${rest[0]}`);
  return text;
}

function valueOf(values: Values, name: string): string | number | boolean {
  const value = values[name];
  if (value === undefined) throw new Error(`values.yaml has no ${name}.`);
  return value;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(renderManifests());
