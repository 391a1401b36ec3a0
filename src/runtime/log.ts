/** Writes one line to the log; `fields` are plain JSON. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>) => void;

/** The most bytes of a line, so that no request makes the log grow by much more than itself. */
const maxBytes = 8_192;

/** The most bytes of a text in a line that is shortened, as JSON. */
const maxTextBytes = 350;

/** The most fields of a line that is shortened. */
const maxFields = 20;

/**
 * A log of one JSON object a line, the format that CloudWatch Logs Insights parses. A line has at most 8 KB: of a longer one,
 * lists and objects are left out and texts cut, and `truncated` is set.
 */
export function createLog(write: (line: string) => void): Log {
  return (level, message, fields) => {
    const line = (some: object) => `${JSON.stringify({ time: new Date().toISOString(), level, message, ...some })}\n`;
    const whole = line(fields);
    write(Buffer.byteLength(whole) <= maxBytes ? whole : line(shortened(fields)));
  };
}

function shortened(fields: Record<string, unknown>): Record<string, unknown> {
  const plain = Object.entries(fields).filter(([, value]) => typeof value !== 'object' || value === null);
  const cut = plain.map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'string' ? cutText(value) : value,
  ]);
  return { ...Object.fromEntries<unknown>(cut.slice(0, maxFields)), truncated: true };
}

function cutText(text: string): string {
  let length = Math.min(text.length, maxTextBytes);
  while (Buffer.byteLength(JSON.stringify(text.slice(0, length))) > maxTextBytes) length = Math.floor(length * 0.8);
  return length < text.length ? `${text.slice(0, length).toWellFormed()}…` : text;
}
