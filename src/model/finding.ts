/** One broken rule of the input. */
export interface Finding {
  /** Path of the field, e.g. `tags.3.key`. */
  readonly path: string;
  /** Name of the rule, kebab-case. */
  readonly rule: string;
  /** What is wrong. */
  readonly message: string;
  /** How to fix it. */
  readonly advice: string;
}
