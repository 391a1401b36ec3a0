/** What is wrong with the trail or its log, in the words of the documentation. */
export type FindingKind =
  | 'CHANGED'
  | 'REMOVED'
  | 'INSERTED'
  | 'NOT_COVERED'
  | 'ATTRIBUTES'
  /** Not wrong: operators erased personal data, and the trail records it. */
  | 'ERASED'
  | 'UNRECORDED_ERASURE'
  | 'LATE'
  | 'STRAGGLER'
  | 'OLDER_THAN_LOG'
  | 'NOT_AN_ENTRY'
  | 'REORDERED'
  | 'OLDER_BACKUP'
  | 'FORK'
  | 'GAP'
  | 'HIDDEN'
  | 'REPLACED'
  | 'SIGNATURE';

/** Takes a finding, as a sentence that names the entry or the object of the log. */
export type Report = (kind: FindingKind, text: string) => void;
