/** How objects of the log are read. Throws the error of the storage. */
export interface LogReader {
  /** Null: there is no such object. Throws `LogConflict` if a delete marker hides it. */
  get(name: string): Promise<Buffer | null>;
}

/**
 * Where the log is kept: a bucket with Object Lock, or a folder. All objects but `checkpoint` are
 * written once. Every method throws the error of the storage.
 */
export interface LogStorage extends LogReader {
  /**
   * Writes an object unless there is one with this name. False: there is, and nothing was written.
   */
  putIfAbsent(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Replaces {@link latestCheckpoint}, which readers of C2SP logs expect at a fixed name. */
  putLatest(bytes: Uint8Array): Promise<void>;
  /** The names that begin with `prefix`, in ascending order. */
  list(prefix: string): AsyncIterable<string>;
  /** Null: the storage keeps no versions of objects. */
  readonly versions: ObjectVersions | null;
}

/** The versions of objects that a bucket keeps. Every method throws the error of the storage. */
export interface ObjectVersions {
  /** All versions and delete markers of all objects, in ascending order of names. */
  list(): AsyncIterable<ObjectVersion>;
  /** The content of a version that is not a delete marker. */
  get(name: string, id: string): Promise<Buffer>;
}

/** A version of an object. */
export interface ObjectVersion {
  readonly name: string;
  readonly id: string;
  /** Whether it is a delete marker, which hides the versions before it. */
  readonly isMarker: boolean;
}

/** The name of the newest checkpoint. */
export const latestCheckpoint = 'checkpoint';

/** The names of checkpoints begin so. */
export const checkpointsPrefix = 'checkpoints/';

/** The names of the parts of the archive begin so. */
export const archivePrefix = 'archive/';

/** The name of the checkpoint of a size. Names are in the order of sizes. */
export function checkpointName(size: number): string {
  return `${checkpointsPrefix}${padded(size)}`;
}

/** The name of the part of the archive whose first leaf has an index. */
export function archiveName(start: number): string {
  return `${archivePrefix}${padded(start)}.ndjson`;
}

/** The number in the name of a checkpoint or of a part of the archive. */
export function numberInName(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? NaN);
}

function padded(number: number): string {
  return String(number).padStart(16, '0');
}

/** An object of the log has another content than it must have. The log is not continued. */
export class LogConflict extends Error {
  constructor(name: string, detail: string) {
    super(`The log has another ${name} than it must have: ${detail}. Verify the trail before anything is repaired.`);
    this.name = 'LogConflict';
  }
}

/**
 * Writes an object, also again. Throws `LogConflict` if there is one with the same name and another
 * content.
 */
export async function putSame(storage: LogStorage, name: string, bytes: Uint8Array): Promise<void> {
  if (await storage.putIfAbsent(name, bytes)) return;
  const stored = await storage.get(name);
  if (!stored?.equals(bytes)) throw new LogConflict(name, 'it differs from what follows from the committed head');
}
