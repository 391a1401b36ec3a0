/** Why a deployment would not work or would not be safe. */
export interface Problem {
  readonly what: string;
  /** The setting or file, with the place in it. */
  readonly where: string;
  /** A sentence with the fix. */
  readonly fix: string;
}

/** All problems as a text for the terminal. */
export function describeProblems(problems: readonly Problem[]): string {
  const items = problems.map(({ what, where, fix }) => `- ${what}\n  where: ${where}\n  fix: ${fix}`);
  return [problems.length === 1 ? '1 problem:' : `${problems.length} problems:`, ...items].join('\n');
}

/** The parameters of serverless.yml, as texts. */
export type Settings = Readonly<Record<string, string>>;

/** A problem of a setting. */
export function problem(setting: string, what: string, fix: string): Problem {
  const variable = setting.replace(/[A-Z]/g, '_$&').toUpperCase();
  return { what, where: `--param="${setting}=…", ${variable} or deploy/stages.yml`, fix };
}

/** What a value of a setting must be. */
export interface Rule {
  /** As the end of a sentence: `… is not an https URL`. */
  readonly is: string;
  readonly test: (value: string) => boolean;
  readonly fix: string;
  readonly required?: boolean;
  /** Whether the value is a list, separated by commas. */
  readonly list?: boolean;
}
