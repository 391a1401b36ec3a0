/** A GraphQL operation of the page, with the types of its result and of its variables. */
export interface Operation<Result, Variables> {
  readonly name: string;
  readonly text: string;
  /** Never set: carries the types. */
  readonly types?: readonly [Result, Variables];
}
