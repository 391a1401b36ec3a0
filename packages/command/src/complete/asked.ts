/** The hidden command that completion scripts call. After it come `--` and the words of the line. */
export const completeCommand = 'complete';

/** The parameters whose values completion finds out, of all commands that have them. */
export const askedParameters = [
  'clusterName',
  'namespace',
  'associationId',
  'roleArn',
  'approvalId',
  'events',
] as const;

export type AskedParameter = (typeof askedParameters)[number];
