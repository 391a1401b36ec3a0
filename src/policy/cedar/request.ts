import type { CedarValueJson, EntityJson, TypeAndId } from './cedar.ts';

/** A request in Cedar's JSON format. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}
