import type { MetricsOf } from './embedded-metrics.ts';

/** Writes one line to the log; `fields` are plain JSON. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>) => void;

/** What lines have besides the fields that are logged. */
export interface LogOptions {
  /** The metrics in the fields of a line. */
  readonly metricsOf?: MetricsOf | undefined;
  /** Fields of every line. */
  readonly context?: (() => Record<string, unknown>) | undefined;
}

/** The most bytes of a line, so that no request makes the log grow by much more than itself. */
const maxBytes = 8_192;

/** The most bytes of a text in a line that is shortened, as JSON. */
const maxTextBytes = 350;

/** The most texts of a line that is shortened, and its most fields: numbers are short. */
const maxTexts = 15;
const maxFields = 40;

/**
 * A log of one JSON object a line, the format that CloudWatch Logs Insights parses. A line has at
 * most 8 KB: of a longer one, lists and objects are left out and texts cut, and `truncated` is set.
 * Its metrics stay.
 */
export function makeLog(write: (line: string) => void, { metricsOf, context }: LogOptions = {}): Log {
  return (level, message, fields) => {
    const now = Date.now();
    const line = (some: Record<string, unknown>) => {
      const all = { ...context?.(), ...some };
      const metrics = metricsOf?.(all, now);
      const base = { time: new Date(now).toISOString(), level, message };
      return `${JSON.stringify({ ...base, ...all, ...(metrics ? { _aws: metrics } : {}) })}\n`;
    };
    const whole = line(fields);
    write(Buffer.byteLength(whole) <= maxBytes ? whole : line(shortened(fields)));
  };
}

function shortened(fields: Record<string, unknown>): Record<string, unknown> {
  const plain = Object.entries(fields).filter(([, value]) => typeof value !== 'object' || value === null);
  const texts = plain.filter(([, value]) => typeof value === 'string').slice(maxTexts);
  const left = new Set(texts.map(([name]) => name));
  const kept = plain.filter(([name]) => !left.has(name)).slice(0, maxFields);
  const cut = kept.map(([name, value]) => [name, typeof value === 'string' ? cutText(value) : value] as const);
  return { ...Object.fromEntries<unknown>(cut), truncated: true };
}

function cutText(text: string): string {
  let length = Math.min(text.length, maxTextBytes);
  while (Buffer.byteLength(JSON.stringify(text.slice(0, length))) > maxTextBytes) length = Math.floor(length * 0.8);
  return length < text.length ? `${text.slice(0, length).toWellFormed()}…` : text;
}
