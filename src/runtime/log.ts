/** Writes one line to the log; `fields` are plain JSON. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>) => void;

/** A log of one JSON object a line, the format that CloudWatch Logs Insights parses. */
export function createLog(write: (line: string) => void): Log {
  return (level, message, fields) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
}
