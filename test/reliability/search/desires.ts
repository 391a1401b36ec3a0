/** A desired state as a scenario sends it. */
export interface ScenarioDesire {
  readonly principal: 'alice' | 'bob';
  readonly declaration: 'd1' | 'd2';
  /** Which association, or none. Variant 0 is what others make too. */
  readonly wants: 0 | 1 | 'nothing';
  /** The value of its one tag, that it has no tag, or that its tags stay as they are. */
  readonly tag: 'x' | 'y' | 'none' | 'any';
  readonly takesOver: boolean;
  /** When the association ends, as of a mutation: equal desires name one time as long as it may be named. Absent: as it is. */
  readonly ends?: 'soon' | 'later' | 'never' | undefined;
  /** Whether it is only tried. */
  readonly isDryRun?: boolean;
}
