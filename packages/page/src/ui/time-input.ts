/**
 * The value of an input of type `datetime-local` for a time, in UTC or in the time zone of the
 * browser; empty without one.
 */
export function toInput(at: string | null, isUtc: boolean): string {
  if (at === null || Number.isNaN(Date.parse(at))) return '';
  const time = Date.parse(at);
  const shifted = isUtc ? time : time - new Date(time).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

/** The time of an input of type `datetime-local`; null if it is empty. */
export function fromInput(value: string, isUtc: boolean): string | null {
  const time = Date.parse(isUtc ? `${value}Z` : value);
  return value === '' || Number.isNaN(time) ? null : new Date(time).toISOString();
}
