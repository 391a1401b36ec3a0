import type { Log } from '../operations/dependencies.ts';

/** One JSON object a line, as CloudWatch Logs Insights reads it. */
export function createLog(write: (line: string) => void): Log {
  return (level, message, fields) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
}
