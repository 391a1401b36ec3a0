import type { Guard } from './guard.ts';
import { answersGuards } from './list/answers.ts';
import { beginGuards } from './list/begin.ts';
import { callersGuards } from './list/callers.ts';
import { deletesGuards } from './list/deletes.ts';
import { dynamodbStoreGuards } from './list/dynamodb-store.ts';
import { dynamodbWritesGuards } from './list/dynamodb-writes.ts';
import { effectsGuards } from './list/effects.ts';
import { eksGuards } from './list/eks.ts';
import { eksErrorsGuards } from './list/eks-errors.ts';
import { existingGuards } from './list/existing.ts';
import { finishGuards } from './list/finish.ts';
import { jwtKindGuards } from './list/jwt-kinds.ts';
import { jwtGuards } from './list/jwt.ts';
import { lookGuards } from './list/look.ts';
import { policyGuards } from './list/policy.ts';
import { settleGuards } from './list/settle.ts';
import { sqliteGuards } from './list/sqlite.ts';
import { sqliteFileGuards } from './list/sqlite-file.ts';
import { tokenGuards } from './list/token.ts';

/** What holds the promises: each can be taken away, and a test notices. `guards.test.ts` sees that none is forgotten. */
export const guards: readonly Guard[] = [
  ...dynamodbStoreGuards,
  ...dynamodbWritesGuards,
  ...sqliteGuards,
  ...sqliteFileGuards,
  ...beginGuards,
  ...finishGuards,
  ...tokenGuards,
  ...lookGuards,
  ...effectsGuards,
  ...deletesGuards,
  ...existingGuards,
  ...settleGuards,
  ...answersGuards,
  ...eksGuards,
  ...eksErrorsGuards,
  ...policyGuards,
  ...jwtGuards,
  ...jwtKindGuards,
  ...callersGuards,
];
