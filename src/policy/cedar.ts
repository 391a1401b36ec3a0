// The one door to Cedar: a bundle must place cedar_wasm_bg.wasm beside the code of this module, so nothing else imports it.
export {
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  schemaToJson,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
export type {
  CedarValueJson,
  DetailedError,
  EntityJson,
  PolicyJson,
  SchemaJson,
  TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';
