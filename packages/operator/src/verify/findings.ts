/** What is wrong with the trail or its log, in the words of the documentation. */
export type FindingKind =
  | 'CHANGED'
  | 'REMOVED'
  | 'INSERTED'
  | 'NOT_COVERED'
  | 'ATTRIBUTES'
  | 'LATE'
  | 'REORDERED'
  | 'OLDER_BACKUP'
  | 'FORK'
  | 'GAP'
  | 'SIGNATURE';

/** Takes a finding, as a sentence that names the entry or the object of the log. */
export type Report = (kind: FindingKind, text: string) => void;
