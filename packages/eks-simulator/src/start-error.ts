/** The options of `startEksSimulator` that can keep it from starting. */
export type FaultyOption = 'port' | 'stateFile';

/**
 * The simulator can't start with the value of one of its options. The message says why, and how to
 * fix it.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly option: FaultyOption;
  /**
   * True when another process uses the port or the state file, false when the value itself is
   * wrong.
   */
  readonly inUse: boolean;

  constructor(option: FaultyOption, inUse: boolean, message: string) {
    super(message);
    this.option = option;
    this.inUse = inUse;
  }
}
