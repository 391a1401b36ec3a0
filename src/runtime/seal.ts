import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

/**
 * Seals values in texts that tell nothing of them. `bound` is what a text is valid for: it is not
 * in the text, and is needed to open it.
 */
export interface Seal {
  /** `value` is JSON. The text has letters, digits, `-` and `_`. */
  readonly seal: (bound: string, value: unknown) => string;
  /** Null if the text was not sealed with this secret for the same, or was changed. */
  readonly open: (bound: string, text: string) => { readonly value: unknown } | null;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * A length tells that of the value, so values are padded to a multiple of this: names of usual
 * lengths fit into one block. Bytes.
 */
const blockBytes = 256;

/**
 * Creates the seal of a secret: AES-256-GCM, whose nonce is an HMAC of what is sealed and bound. So
 * equal values have equal texts, and others
 * other nonces: of 2³² texts, two have the same nonce with a probability of 2⁻³³ (NIST SP 800-38D
 * permits 2⁻³²).
 *
 * @param secret 32 bytes in base64
 */
export function makeSeal(secret: string): Seal {
  const keyFor = (use: string) => Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64'), '', use, 32));
  const [encryptionKey, nonceKey] = [keyFor('encryption'), keyFor('nonce')];
  return {
    seal: (bound, value) => {
      const text = JSON.stringify(value);
      const nonce = createHmac('sha256', nonceKey)
        .update(JSON.stringify([bound, text]))
        .digest();
      const used = nonce.subarray(0, nonceBytes);
      const cipher = createCipheriv(algorithm, encryptionKey, used, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(bound));
      const sealed = Buffer.concat([cipher.update(padded(text)), cipher.final()]);
      return Buffer.concat([used, sealed, cipher.getAuthTag()]).toString('base64url');
    },
    open: (bound, text) => {
      const bytes = Buffer.from(text, 'base64url');
      // Several texts decode to the same bytes: only the one that `seal` returned is valid.
      if (bytes.length <= nonceBytes + tagBytes || bytes.toString('base64url') !== text) return null;
      const nonce = bytes.subarray(0, nonceBytes);
      const decipher = createDecipheriv(algorithm, encryptionKey, nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(-tagBytes));
      try {
        const json = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
        return { value: JSON.parse(json.toString()) as unknown };
      } catch {
        return null;
      }
    },
  };
}

/** A JSON text with as many spaces at its end as fill the last block: parsers skip them. */
function padded(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  return Buffer.from(text + ' '.repeat(Math.ceil(bytes / blockBytes) * blockBytes - bytes));
}
