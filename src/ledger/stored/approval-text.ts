import type { Approval } from '../../model/approval.ts';
import { formatVersion, requireSupported } from '../format.ts';

/**
 * The most bytes of an approval as JSON: the largest request and the largest association before it
 * are 160 KB. DynamoDB stores up to 400 KB, and the record of a token that was rejected keeps the
 * approval.
 */
export const maxApprovalBytes = 262_144;

/**
 * An approval as JSON text, which preserves every string exactly. Throws an Error, which means a
 * bug, if it is too large.
 */
export function approvalText(approval: Approval): string {
  const text = JSON.stringify({ v: formatVersion, ...approval });
  const bytes = Buffer.byteLength(text);
  if (bytes > maxApprovalBytes) {
    throw new Error(`The approval ${approval.id} has ${bytes} bytes; at most ${maxApprovalBytes} are allowed.`);
  }
  return text;
}

/**
 * The approval of a text that {@link approvalText} made. Throws `UnsupportedFormat` for another
 * version.
 */
export function approvalOfText(text: string): Approval {
  // Only `approvalText` makes these texts.
  const { v, ...approval } = JSON.parse(text) as Approval & { readonly v?: unknown };
  requireSupported(`approval ${approval.id}`, v);
  return approval;
}
