import { strip } from '../python.ts';

/** The options of a section by their names in lower case; an indented block is a map. */
export type Section = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

/** A text is not a file of settings. */
export class IniError extends Error {
  override readonly name = 'IniError';
}

const defaultSection = 'DEFAULT';

/**
 * The sections of a file of settings, in their order, as Python's `configparser` reads it and the
 * AWS CLI takes it: a section or an option that is there twice is an error, `:` separates as `=`
 * does, what is indented continues a value, and `[DEFAULT]` has options of every section.
 *
 * @throws {@link IniError}
 */
export function parseIni(text: string): ReadonlyMap<string, Section> {
  const sections = sectionsOf(text);
  const defaults = sections.get(defaultSection) ?? new Map<string, string[]>();
  const named = [...sections].filter(([name]) => name !== defaultSection);
  return new Map(named.map(([name, options]) => [name, sectionOf(new Map([...defaults, ...options]))]));
}

type Lines = Map<string, string[]>;

/** The lines of each value, by section and option. */
function sectionsOf(text: string): ReadonlyMap<string, Lines> {
  const sections = new Map<string, Lines>();
  const found = { section: null as Lines | null, value: null as string[] | null, indent: 0 };
  for (const line of text.split(/\r\n?|\n/)) {
    const clean = strip(line);
    if (clean === '') {
      found.value?.push('');
      continue;
    }
    if (/^[#;]/.test(clean)) continue;
    const indent = line.search(/[^\s]|\ufeff/);
    if (found.value !== null && indent > found.indent) {
      found.value.push(clean);
      continue;
    }
    found.indent = indent;
    const [, header] = /^\[(.+)\]/.exec(clean) ?? [];
    if (header !== undefined) {
      found.section = begin(sections, header);
      found.value = null;
    } else {
      if (found.section === null) throw new IniError('A line comes before the first section.');
      found.value = addOption(found.section, clean);
    }
  }
  return sections;
}

function begin(sections: Map<string, Lines>, name: string): Lines {
  const existing = sections.get(name);
  if (existing && name !== defaultSection) throw new IniError(`The section ${name} is there twice.`);
  const section = existing ?? new Map<string, string[]>();
  sections.set(name, section);
  return section;
}

function addOption(section: Lines, line: string): string[] {
  const [, name = '', value = ''] = /^([^]*?)\s*[=:]\s*([^]*)$/.exec(line) ?? [];
  const key = name.toLowerCase();
  if (key === '') throw new IniError('A line has no name and value.');
  if (section.has(key)) throw new IniError(`The option ${key} is there twice.`);
  const lines = [strip(value)];
  section.set(key, lines);
  return lines;
}

function sectionOf(options: Lines): Section {
  return Object.fromEntries(
    [...options].map(([name, lines]) => {
      const value = lines.join('\n').replace(/[^\S\ufeff]+$/, '');
      return [name, value.startsWith('\n') ? nestedOf(value) : value];
    }),
  );
}

/** The options of an indented block. */
function nestedOf(value: string): Readonly<Record<string, string>> {
  const lines = value.split('\n').map(strip);
  return Object.fromEntries(
    lines.flatMap((line) => {
      if (line === '') return [];
      const [, name, text] = /^([^=]*)=(.*)$/.exec(line) ?? [];
      if (name === undefined || text === undefined) throw new IniError('A line of a block has no name and value.');
      return [[strip(name), strip(text)]];
    }),
  );
}
