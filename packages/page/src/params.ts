/** Values of parameters; null, undefined and empty texts leave a parameter out. */
export type Params = Readonly<Record<string, string | null | undefined>>;
