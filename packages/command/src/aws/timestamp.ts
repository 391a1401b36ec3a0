/**
 * A time as the AWS CLI prints it: in the local time zone, with six digits of the second's
 * fraction, or without it on a full second.
 *
 * @param offset the zone's distance from UTC in minutes
 */
export function awsTime(time: Date, offset = -time.getTimezoneOffset()): string {
  const local = new Date(time.getTime() + offset * 60_000).toISOString();
  const fraction = local.slice(20, 23);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  const zone = `${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
  return `${local.slice(0, 19)}${fraction === '000' ? '' : `.${fraction}000`}${zone}`;
}
