import type { DocumentNode } from 'graphql';
import { makeLruCache } from '../runtime/lru-cache.ts';

/** A cache of Apollo Server: `KeyValueCache`. */
interface KeyValueCache<Value> {
  readonly get: (key: string) => Promise<Value | undefined>;
  readonly set: (key: string, value: Value) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
}

/**
 * The most characters of the documents that are kept: those of about 400 usual mutations. A syntax
 * tree takes up to 230 times as many bytes as its text has characters.
 */
const maxCharacters = 100_000;

/**
 * Where Apollo Server keeps the documents that it has parsed and validated, by the hashes of their
 * texts. Its own store writes each new document as JSON to find out its size.
 */
export function makeDocumentStore(): KeyValueCache<DocumentNode> {
  const documents = makeLruCache<DocumentNode>(maxCharacters, ({ loc }) => loc?.end ?? 0);
  return {
    get: (key) => Promise.resolve(documents.get(key)),
    set: (key, document) => {
      documents.set(key, document);
      return Promise.resolve();
    },
    delete: () => Promise.reject(new Error('Apollo Server deletes no documents.')),
  };
}

/** Keeps nothing: the gateway uses no feature of Apollo Server that needs a cache. */
export const noCache: KeyValueCache<string> = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};
